// What an application can see of a tap, and what it must not: its own functions, its own messages, its own stacks.
import { mock } from "node:test";
import { expect, it, vi } from "vitest";
import { lookForOthers, onOthers } from "../../src/hook/other-instrumentations.ts";
import { tapTransport } from "../../src/hook/connection/tap.ts";
import { connect, notification, OwnTransport, record, request, response } from "./fakes.ts";

it("a mock in place of send is still one: it counts its calls, and its own properties are there", () => {
  const recording = record();
  const send = Object.assign(
    vi.fn<(message: unknown) => Promise<void>>(async () => undefined),
    { label: "the application's" },
  );
  const transport = Object.assign(new OwnTransport(), { send });
  connect(transport);

  void transport.send(request(1, "roots/list"));

  expect(transport.send).toHaveBeenCalledTimes(1);
  expect(transport.send.label).toBe("the application's");
  expect(transport.send.mock.calls).toHaveLength(1);
  expect(recording.open()).toEqual(["CLIENT roots/list 1 open"]);
});

it.each([
  ["vitest", (transport: OwnTransport) => vi.spyOn(transport, "send").mockResolvedValue("mocked")],
  ["node:test", (transport: OwnTransport) => mock.method(transport, "send", () => "mocked")],
])("%s replaces send after connect as it does without us", async (_library, replace) => {
  record();
  const transport = connect(new OwnTransport());

  replace(transport);

  expect(await transport.send(response(1))).toBe("mocked");
  expect(transport.sent).toEqual([]);
});

it("start is nobody's but the transport's", () => {
  record();
  const transport = new OwnTransport();
  tapTransport(transport, "server");

  expect(Object.hasOwn(transport, "start")).toBe(false);
});

it("callbacks that are set after connect and after start are heard, and the last one gets the messages", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const relayed: unknown[] = [];

  transport.onmessage = (message) => void relayed.push(message);
  transport.onmessage(request(1, "tools/list"));
  void transport.send(response(1));

  expect(relayed).toEqual([request(1, "tools/list")]);
  expect(transport.received).toEqual([]);
  expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
});

it("a session ends where the application sets onclose while it is being initialized", () => {
  const close = vi.fn<() => void>();
  record({ observer: { openSession: () => ({ seen: () => undefined, close }) } });
  const transport = connect(new OwnTransport());
  const own = vi.fn<() => void>();
  transport.onmessage?.(request(0, "initialize", { protocolVersion: "2025-11-25" }));
  transport.onclose = own;
  void transport.send(response(0, { protocolVersion: "2025-11-25" }));

  transport.close();

  expect([close.mock.calls.length, own.mock.calls.length]).toEqual([1, 1]);
});

it("a transport that only takes its callbacks, and one whose setter subscribes, are heard once", () => {
  const recording = record();
  const subscribed: ((message: unknown) => unknown)[] = [];
  class Emitter extends OwnTransport {}
  Object.defineProperty(Emitter.prototype, "onmessage", {
    configurable: true,
    set(callback: (message: unknown) => unknown) {
      subscribed.push(callback);
    },
  });
  const transport = new Emitter();
  delete (transport as Partial<OwnTransport>).onmessage; // a class field would cover the setter
  connect(transport);

  subscribed.forEach((callback) => callback(request(1, "tools/list")));
  void transport.send(response(1));

  expect(subscribed).toHaveLength(1);
  expect(transport.received).toHaveLength(1);
  expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
});

it("a handler that is chained is told of a message once, however messages nest", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const first = transport.onmessage;
  const inner = notification("notifications/initialized");
  transport.onmessage = (message) => {
    if (message !== inner) transport.onmessage?.(inner);
    first?.(message);
  };

  transport.onmessage(request(1, "tools/list"));

  expect(recording.lines()).toEqual(["SERVER tools/list 1 open", "SERVER notifications/initialized"]);
  expect(transport.received).toEqual([inner, request(1, "tools/list")]);
});

class Parameters {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

class Call {
  readonly #name: string;
  constructor(name: string) {
    this.#name = name;
  }
  toJSON(): object {
    return { name: this.#name, arguments: { a: 3 } };
  }
}

it.each([
  ["toJSON of its own", () => new Call("add")],
  ["a toJSON in its data", () => ({ name: "add", toJSON: () => ({ name: "other" }) })],
  ["a class", () => new Parameters("add")],
  ["a Proxy", () => new Proxy({ name: "add" }, {})],
  ["something hidden", () => Object.defineProperty({ name: "add" }, "hidden", { value: 1 })],
])("params with %s are sent as they are, and the call is recorded", (_what, make) => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const params = make();

  void transport.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  transport.onmessage?.(response(1));

  expect((transport.sent[0] as { params: unknown }).params).toBe(params);
  expect(recording.lines().map((line) => line.replace(" add", ""))).toEqual(["CLIENT tools/call 1"]);
  expect(recording.faults).toEqual([]);
});

it("a getter runs when the message is written, and at no other time", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  let runs = 0;
  const counting = (value: unknown) => ({
    enumerable: true,
    get: () => {
      runs += 1;
      return value;
    },
  });
  const params = Object.defineProperties({}, { name: counting("add"), arguments: counting({}) });
  const content = Object.defineProperties({ type: "text" }, { text: counting("hello") });
  const result = Object.defineProperties({}, { content: counting([]), isError: counting(true) });

  void transport.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  transport.onmessage?.({ jsonrpc: "2.0", id: 2, method: "tools/call", params });
  transport.onmessage?.({ jsonrpc: "2.0", id: 3, method: "tools/call", params });
  void transport.send({ jsonrpc: "2.0", id: 2, result });
  void transport.send({ jsonrpc: "2.0", id: 3, result: { content: [content] } });
  expect(runs).toBe(0);
  JSON.stringify(transport.sent);

  expect(runs).toBe(5);
  expect(recording.faults).toEqual([]);
  expect(recording.open()).toEqual(["CLIENT tools/call 1 open"]);
});

it("NaN in params takes the trace along, and the span ends", () => {
  const recording = record();
  const transport = connect(new OwnTransport());

  void transport.send(request(1, "tools/call", { name: "add", a: Number.NaN, arguments: { b: Number.NaN } }));
  transport.onmessage?.(response(1));

  expect(transport.sent[0]).toMatchObject({
    params: { _meta: { traceparent: expect.any(String) as string } },
  });
  expect(recording.lines()).toEqual(["CLIENT tools/call 1"]);
  expect(recording.faults).toEqual([]);
});

it("a plain message of another realm takes the trace along", async () => {
  record();
  const { runInNewContext } = await import("node:vm");
  const transport = connect(new OwnTransport());

  void transport.send(
    runInNewContext('({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add" } })'),
  );

  expect(transport.sent[0]).toMatchObject({
    params: { _meta: { traceparent: expect.any(String) as string } },
  });
});

it("the frames of the application stay in a stack of ten", () => {
  record();
  let stack = "";
  class Looking extends OwnTransport {
    override send(_message: unknown): unknown {
      stack = String(new Error("look").stack);
      return undefined;
    }
  }
  const transport = connect(new Looking());
  transport.onmessage = () => void transport.send(response(1));
  function applicationDelivers(): void {
    transport.onmessage?.(request(1, "tools/list"));
  }
  function applicationMain(): void {
    applicationDelivers();
  }
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 10;

  applicationMain();

  expect([stack.includes("applicationDelivers"), stack.includes("applicationMain")]).toEqual([true, true]);
  expect(Error.stackTraceLimit).toBe(10);
  Error.stackTraceLimit = limit;
});

it("twelve classes that are connected in one turn are one listener of the process", async () => {
  record();
  onOthers(() => undefined);
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown): void => void warnings.push(warning);
  process.on("warning", onWarning);
  const before = process.listenerCount("exit");
  class Base {
    readonly request = (): void => undefined;
  }

  for (let at = 0; at < 12; at += 1)
    lookForOthers(Reflect.construct(class extends Base {}, []) as object, new OwnTransport());
  const during = process.listenerCount("exit");
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  process.removeListener("warning", onWarning);

  expect([during - before, process.listenerCount("exit") - before]).toEqual([1, 0]);
  expect(warnings).toEqual([]);
});
