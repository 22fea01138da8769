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
  await asker.close();
  await server.close();
  return record;
}

/** Two transports joined in memory; messages travel as text, as over a real wire, each in a turn of its own. */
function createWire(record) {
  const end = (name) => ({
    async start() {},
    async send(message) {
      const text = JSON.stringify(message);
      record.push(`${name} sends ${JSON.stringify(withoutTraceKeys(JSON.parse(text)))}`);
      queueMicrotask(() => this.other.onmessage?.(JSON.parse(text)));
    },
    async close() {
      if (this.closed) return;
      this.closed = true;
      await this.other.close();
      this.onclose?.();
    },
  });
  const near = end("client");
  const far = end("server");
  near.other = far;
  far.other = near;
  return [near, far];
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
