// A conversation over a wire of our own, and everything that was seen of it: the messages without the trace keys, and
// what the client's calls gave. Nothing in it depends on time or chance.

const TRACE_KEYS = ["traceparent", "tracestate", "baggage"];

/** Each step's name stands in the record beside what came of it. */
const STEPS = {
  "list tools": (asker) => asker.listTools(),
  "a tool": (asker) => asker.callTool("add", { a: 2, b: 3 }),
  "a tool that throws": (asker) => asker.callTool("boom", {}),
  "an unknown tool": (asker) => asker.callTool("nope", {}),
  "bad arguments": (asker) => asker.callTool("add", { a: "two" }),
  "a resource": (asker) => asker.readResource("note:///1"),
  "a missing resource": (asker) => asker.readResource("missing:///1"),
  "a prompt": (asker) => asker.getPrompt("greet", { who: "world" }),
  "an unknown method": (asker) => asker.unknownMethod(),
  ping: (asker) => asker.ping(),
  sampling: (asker) => asker.callTool("sample", {}),
  progress: (asker) => asker.callTool("progress", { steps: 2 }, { onprogress: () => undefined }),
  "a log message": (asker) => asker.callTool("log", {}),
};

/** @param record what was seen so far; a conversation that stands still is one that lost a message */
export async function converse({ createAsker, createServer }, record = []) {
  const [near, far] = createWire(record);
  const asker = createAsker({
    modern: false,
    onLog: (data) => record.push(`client heard ${JSON.stringify(data)}`),
  });
  const server = createServer();
  try {
    await server.connect(far);
    await asker.connect(near);
  } catch (error) {
    record.push(`cannot connect: ${error?.stack}`);
    return record;
  }
  for (const [title, step] of Object.entries(STEPS)) {
    const outcome = await step(asker).then(
      (value) => JSON.stringify(value),
      (error) => `${error?.constructor?.name}: ${error?.message}`,
    );
    record.push(`${title}: ${outcome}`);
  }
  for (const [title, step] of Object.entries(RAW_STEPS)) {
    const from = record.length;
    const answers = step((message) => near.send({ jsonrpc: "2.0", ...message }), title, record);
    await seen(() => record.slice(from).filter((line) => line.startsWith("server sends")).length >= answers);
  }
  await asker.close();
  await server.close();
  return record;
}

/** What SDKs send as it is given to them, and what peers may do. Each says how many answers there are to be. */
const RAW_STEPS = {
  "params with toJSON": (send) => {
    class Call {
      #name = "add";
      toJSON() {
        return { name: this.#name, arguments: { a: 2, b: 3 } };
      }
    }
    void send({ id: "json", method: "tools/call", params: new Call() });
    return 1;
  },
  "params with getters": (send, title, record) => {
    let runs = 0;
    const params = {
      get name() {
        runs += 1;
        return "add";
      },
      get arguments() {
        runs += 1;
        return { a: 2, b: 3 };
      },
    };
    void send({ id: "getters", method: "tools/call", params });
    record.push(`${title}: ran ${runs} times`);
    return 1;
  },
  "NaN in params": (send) => {
    void send({
      id: "NaN",
      method: "tools/call",
      params: { name: "add", extra: Number.NaN, arguments: { a: 2, b: 3 } },
    });
    return 1;
  },
  "an id that is used again": (send) => {
    for (const a of [1, 2, 3])
      void send({ id: "again", method: "tools/call", params: { name: "add", arguments: { a, b: 3 } } });
    return 3;
  },
};

/** Resolves with the turn of the event loop in which this has become true; a conversation that loses an answer stands still. */
async function seen(condition) {
  for (let turns = 0; turns < 1000 && !condition(); turns += 1)
    await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Two transports joined in memory; messages travel as text, as over a real wire, each in a turn of its own. The client's wraps another,
 * as those of applications do, and the server's takes its callback by a setter that subscribes.
 */
function createWire(record) {
  const end = (name) => ({
    async start() {},
    async send(message) {
      const text = JSON.stringify(message);
      record.push(`${name} sends ${JSON.stringify(withoutTraceKeys(JSON.parse(text)))}`);
      queueMicrotask(() => this.other.deliver(JSON.parse(text)));
    },
    deliver(message) {
      this.onmessage?.(message);
    },
    async close() {
      if (this.closed) return;
      this.closed = true;
      await this.other.close();
      this.onclose?.();
    },
  });
  const near = end("client");
  const far = subscribing(end("server"));
  near.other = far;
  far.other = near;
  return [wrapping(near), far];
}

function subscribing(transport) {
  const subscribed = [];
  return Object.defineProperties(transport, {
    onmessage: {
      configurable: true,
      set(callback) {
        subscribed.push(callback);
      },
    },
    deliver: { value: (message) => subscribed.forEach((callback) => callback(message)) },
  });
}

function wrapping(inner) {
  return {
    start: () => inner.start(),
    send: (...args) => inner.send(...args),
    close: () => inner.close(),
    get onmessage() {
      return inner.onmessage;
    },
    set onmessage(callback) {
      inner.onmessage = callback;
    },
    get onclose() {
      return inner.onclose;
    },
    set onclose(callback) {
      inner.onclose = callback;
    },
  };
}

/** `_meta` goes where nothing else is left in it, and `params` with it. */
function withoutTraceKeys(message) {
  const meta = message.params?._meta;
  if (meta === undefined) return withoutEmptyParams(message);
  for (const key of TRACE_KEYS) delete meta[key];
  if (Object.keys(meta).length === 0) delete message.params._meta;
  return withoutEmptyParams(message);
}

function withoutEmptyParams(message) {
  if (message.params !== undefined && Object.keys(message.params).length === 0) delete message.params;
  return message;
}
