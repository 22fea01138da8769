// The tap stays on the property: however an application sets the callbacks of a transport, each message and each end
// is recorded once, each handler is called once, and none is lost.
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { wrapConnect, wrapStart } from "../../src/hook/connection/connect.ts";
import { tapTransport } from "../../src/hook/connection/tap.ts";
import { connect, OwnTransport, record, request, response } from "./fakes.ts";

/** As a class of an SDK: instances that are started by hand are tapped. */
class Served extends OwnTransport {
  override start(): Promise<void> {
    return super.start();
  }
}
wrapStart(Served.prototype, "server");
class Asking extends OwnTransport {
  override start(): Promise<void> {
    return super.start();
  }
}
wrapStart(Asking.prototype, "client");

class Protocol {
  async connect(transport: OwnTransport): Promise<void> {
    const before = transport.onmessage?.bind(transport);
    transport.onmessage = (message) => {
      before?.(message);
      transport.received.push(message);
    };
    await transport.start();
  }
}
wrapConnect(Protocol.prototype);

type Handler = (message: unknown) => void;
/** Delivers one message to a transport that is tapped, however it holds its handler. */
interface Shape {
  readonly transport: OwnTransport;
  deliver(message: unknown): void;
}

const SHAPES: Record<string, (handler: Handler) => Shape> = {
  "set before start"(handler) {
    const transport = new Served();
    transport.onmessage = handler;
    void transport.start();
    return direct(transport);
  },
  "set after start"(handler) {
    const transport = started();
    transport.onmessage = handler;
    return direct(transport);
  },
  "set twice, before and after start"(handler) {
    const transport = new Served();
    transport.onmessage = () => expect.fail("replaced");
    void transport.start();
    transport.onmessage = handler;
    return direct(transport);
  },
  "set again to itself"(handler) {
    const transport = started();
    transport.onmessage = handler;
    const own = transport.onmessage;
    transport.onmessage = own;
    return direct(transport);
  },
  "set where none is"(handler) {
    const transport = started();
    transport.onmessage ??= handler;
    return direct(transport);
  },
  chained(handler) {
    const transport = new Served();
    transport.onmessage = handler;
    void transport.start();
    const before = transport.onmessage;
    transport.onmessage = (message) => before(message);
    return direct(transport);
  },
  "taken away and set again"(handler) {
    const transport = started();
    transport.onmessage = () => expect.fail("taken away");
    delete transport.onmessage;
    // The tap goes with its property; a protocol over the transport would not know better.
    transport.onmessage = handler;
    return direct(transport);
  },
  "a setter without a getter"(handler) {
    let held: Handler | undefined;
    const transport = Object.defineProperty(new Served(), "onmessage", {
      set(given: Handler) {
        held = given;
      },
      configurable: true,
    });
    void transport.start();
    transport.onmessage = handler;
    return { transport, deliver: (message) => held?.(message) };
  },
  "a setter that subscribes"(handler) {
    const held: Handler[] = [];
    const transport = Object.defineProperty(new Served(), "onmessage", {
      set(given: Handler) {
        held.push(given);
      },
      configurable: true,
    });
    void transport.start();
    transport.onmessage = handler;
    return { transport, deliver: (message) => held.forEach((one) => one(message)) };
  },
  "accessors of a class with private fields"(handler) {
    class Private {
      readonly sent: unknown[] = [];
      #handler: Handler | undefined;
      get onmessage(): Handler | undefined {
        return this.#handler;
      }
      set onmessage(given: Handler | undefined) {
        this.#handler = given;
      }
      start(): void {
        this.sent.length = 0;
      }
      send(message: unknown): void {
        this.sent.push(message);
      }
      deliver(message: unknown): void {
        this.#handler?.(message);
      }
    }
    wrapStart(Private.prototype, "server");
    const transport = new Private();
    transport.start();
    transport.onmessage = handler;
    return {
      transport: transport as unknown as OwnTransport,
      deliver: (message) => transport.deliver(message),
    };
  },
  "a Proxy around the transport"(handler) {
    const target = new Served();
    const transport = new Proxy(target, {
      get(holder, name) {
        const value: unknown = Reflect.get(holder, name);
        return typeof value === "function" ? (value.bind(holder) as unknown) : value;
      },
    });
    transport.onmessage = handler;
    void transport.start();
    return { transport, deliver: (message) => target.onmessage?.(message) };
  },
  "a Proxy that a protocol is connected over"(handler) {
    const target = new OwnTransport();
    const transport = new Proxy(target, {});
    tapTransport(transport, "server");
    transport.onmessage = handler;
    return { transport, deliver: (message) => target.onmessage?.(message) };
  },
};

function started(): Served {
  const transport = new Served();
  void transport.start();
  return transport;
}

function direct(transport: OwnTransport): Shape {
  return { transport, deliver: (message) => transport.onmessage?.(message) };
}

describe("onmessage", () => {
  const { "taken away and set again": deleted, ...seen } = SHAPES;

  it.each(Object.entries(seen))("%s: recorded once, called once", (_how, shape) => {
    const recording = record();
    const received: unknown[] = [];
    const { transport, deliver } = shape((message) => received.push(message));

    deliver(request(1, "tools/list"));
    void transport.send(response(1));

    expect(received).toEqual([request(1, "tools/list")]);
    expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
    expect(transport.sent).toEqual([response(1)]);
  });

  it("that is deleted is the application's own again", () => {
    record();
    const received: unknown[] = [];
    const { deliver } = (deleted as (typeof SHAPES)[string])((message) => received.push(message));

    deliver(request(1, "tools/list"));

    expect(received).toHaveLength(1);
  });

  it("that is one function on two transports is the handler of both", () => {
    const recording = record();
    const received: unknown[] = [];
    const handler: Handler = (message) => received.push(message);
    const [one, other] = [started(), started()];
    one.onmessage = handler;
    other.onmessage = handler;

    one.onmessage(request(1, "tools/list"));
    other.onmessage(request(2, "tools/list"));

    expect(received).toHaveLength(2);
    expect(recording.open()).toEqual(["SERVER tools/list 1 open", "SERVER tools/list 2 open"]);
  });

  it("without a setter stays as it is, and what is sent is seen", () => {
    const recording = record();
    const received: unknown[] = [];
    const transport = Object.defineProperty(new Served(), "onmessage", {
      get: () => (message: unknown) => received.push(message),
      configurable: true,
    });
    void transport.start();

    expect(() => (transport.onmessage = () => undefined)).toThrow(TypeError);
    transport.onmessage?.(request(1, "tools/list"));

    expect(received).toHaveLength(1);
    expect(recording.lines()).toEqual(["SERVER tools/list 1 open"]);
  });
});

describe("onclose", () => {
  it.each<[string, (transport: OwnTransport, handler: () => void) => void]>([
    ["set", (transport, handler) => (transport.onclose = handler)],
    ["set where none is", (transport, handler) => (transport.onclose ??= handler)],
    [
      "replaced while the session begins",
      (transport, handler) => {
        transport.onclose = () => expect.fail("replaced");
        transport.onmessage = () => (transport.onclose = handler);
      },
    ],
    [
      "chained",
      (transport, handler) => {
        transport.onclose = handler;
        const before = transport.onclose;
        transport.onclose = () => before();
      },
    ],
  ])("%s: called once, and ends what is open", (_how, set) => {
    const recording = record();
    let calls = 0;
    const transport = started();
    set(transport, () => (calls += 1));
    transport.onmessage ??= () => undefined;

    transport.onmessage(request(1, "initialize"));
    transport.close();

    expect(calls).toBe(1);
    expect(recording.lines()).toEqual(["SERVER initialize 1 error.type=connection_closed"]);
    expect(recording.told.map(({ ends }) => ends.length)).toEqual([1]);
  });

  it("need not be set on a transport that is started by hand", () => {
    const recording = record();
    const transport = started();
    transport.onmessage = () => undefined;

    transport.onmessage(request(1, "tools/list"));
    transport.close();

    expect(transport.onclose).toBeUndefined();
    expect(recording.open()).toEqual([]);
  });
});

describe("a batch", () => {
  it("is delivered as it is, and each of its requests is recorded", () => {
    const recording = record();
    const received: unknown[] = [];
    const transport = started();
    const batch = [request(1, "tools/list"), request(2, "prompts/list"), "text", null];
    transport.onmessage = (message) => void received.push(message);

    transport.onmessage(batch);
    const answers = [response(1), response(2)];
    void transport.send(answers);

    expect(received[0]).toBe(batch);
    expect(transport.sent[0]).toBe(answers);
    expect(recording.lines()).toEqual(["SERVER tools/list 1", "SERVER prompts/list 2"]);
  });

  it("that is sent carries the trace context in each of its requests, in a copy", () => {
    const recording = record();
    const transport = new Asking();
    void transport.start();
    const batch = [request(1, "tools/list"), request(2, "prompts/list"), response(9)];

    void transport.send(batch);
    transport.onmessage = () => undefined;
    transport.onmessage([response(1), response(2)]);

    const meta = { _meta: { traceparent: expect.stringMatching(/^00-/) as string } };
    expect(transport.sent).toEqual([
      [
        { ...request(1, "tools/list"), params: meta },
        { ...request(2, "prompts/list"), params: meta },
        response(9),
      ],
    ]);
    expect(batch[0]).not.toHaveProperty("params");
    expect(recording.lines()).toEqual(["CLIENT tools/list 1", "CLIENT prompts/list 2"]);
  });

  it("with a getter, with holes, or behind a Proxy is not touched", () => {
    const recording = record();
    const transport = started();
    const getter = Object.defineProperty([], 0, { get: () => expect.fail("read"), enumerable: true });
    // oxlint-disable-next-line no-sparse-arrays -- what this is about
    const batches = [getter, new Proxy([request(1)], {}), [, request(2)], Object.freeze([])];

    for (const batch of batches) void transport.send(batch);

    transport.sent.forEach((sent, at) => expect(sent).toBe(batches[at]));
    expect([recording.told, recording.faults]).toEqual([[], []]);
  });
});

describe("a transport inside another", () => {
  /** An application's own transport around one of an SDK. */
  class Around extends OwnTransport {
    readonly inner: OwnTransport;
    constructor(inner: OwnTransport) {
      super();
      this.inner = inner;
    }
    override async start(): Promise<void> {
      this.inner.onmessage = (message) => this.onmessage?.(message);
      if (this.inner.started === 0) await this.inner.start();
    }
    override send(message: unknown): unknown {
      return this.inner.send(message);
    }
  }

  it.each([
    ["when it is connected", false],
    ["before it is connected", true],
  ])("that is started %s is recorded once, in both directions", async (_when, early) => {
    const recording = record();
    const inner = new Served();
    if (early) void inner.start();
    const outer = new Around(inner);
    await new Protocol().connect(outer);

    for (const id of [1, 2]) {
      inner.onmessage?.(request(id, "tools/list"));
      void outer.send(request(id, "roots/list"));
      inner.onmessage?.(response(id));
      void outer.send(response(id));
    }

    expect(recording.lines()).toEqual(
      [1, 2].flatMap((id) => [`SERVER tools/list ${id}`, `CLIENT roots/list ${id}`]),
    );
    expect(recording.told.every(({ ends }) => ends.length === 1)).toBe(true);
    expect(outer.received).toHaveLength(4);
  });

  it("a protocol that comes after the start by hand records nothing twice", async () => {
    const recording = record();
    const transport = started();
    transport.onmessage = (message) => void transport.sent.push(["relay", message]);
    await new Protocol().connect(transport);

    transport.onmessage(request(1, "tools/list"));
    void transport.send(response(1));

    expect(transport.sent).toEqual([["relay", request(1, "tools/list")], response(1)]);
    expect(transport.received).toHaveLength(1);
    expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
  });
});

it("a transport of which one property cannot be replaced is not tapped at all", () => {
  const recording = record();
  const fixed = Object.defineProperty(new OwnTransport(), "onclose", {
    value: () => undefined,
    configurable: false,
  });

  expect(() => connect(fixed)).toThrow(TypeError);
  void fixed.send(request(1, "tools/list"));

  expect([fixed.sent, recording.told]).toEqual([[request(1, "tools/list")], []]);
});

describe("an answer that is written past the transport", () => {
  class StdioServerTransport extends Served {
    readonly _stdout = new PassThrough();
    override send(message: unknown): unknown {
      this._stdout.write(`${JSON.stringify(message)}\n`);
      return super.send(message);
    }
  }
  const stdout = { mode: "detect", stray: () => expect.fail("stray") } as const;

  it("ends its request, once, and the bytes are the application's", () => {
    const recording = record({ stdout });
    const transport = new StdioServerTransport();
    void transport.start();
    transport.onmessage = () => undefined;
    const line = `${JSON.stringify(response(1))}\n`;

    for (const id of [1, 2, 3]) transport.onmessage(request(id, "tools/list"));
    transport._stdout.write(line);
    transport._stdout.write(line);
    void transport.send(response(2));

    expect(recording.lines()).toEqual([
      "SERVER tools/list 1",
      "SERVER tools/list 2",
      "SERVER tools/list 3 open",
    ]);
    expect(recording.told.map(({ ends }) => ends.length)).toEqual([1, 1, 0]);
    expect(String(transport._stdout.read())).toBe(`${line}${line}${JSON.stringify(response(2))}\n`);
    expect(recording.faults).toEqual([]);
  });
});
