import { expect, it, vi } from "vitest";
import { wrapConnect } from "../../src/hook/connection/connect.ts";
import type { ActiveOperation } from "../../src/operation/observer.ts";
import { connect, deepFreeze, notification, OwnTransport, record, request, response } from "./fakes.ts";

it("a send that throws throws the same, and ends the request", () => {
  const recording = record();
  const error = new RangeError("the pipe is gone");
  class Broken extends OwnTransport {
    override send(_message: unknown): never {
      throw error;
    }
  }
  const transport = connect(new Broken());

  transport.onmessage?.(request(1, "tools/list"));
  for (const message of [request(2, "roots/list"), notification("notifications/initialized"), response(1)]) {
    expect(() => transport.send(message)).toThrow(error);
  }

  expect(recording.lines()).toEqual([
    "SERVER tools/list 1 error.type=RangeError",
    "CLIENT roots/list 2 error.type=RangeError",
    "CLIENT notifications/initialized error.type=RangeError",
  ]);
});

it("a send that rejects rejects with the same, and ends the request", async () => {
  const recording = record();
  const error = new Error("no network");
  class Offline extends OwnTransport {
    override send(_message: unknown): Promise<never> {
      return Promise.reject(error);
    }
  }
  const transport = connect(new Offline());

  await expect(transport.send(request(2, "roots/list"))).rejects.toBe(error);
  await expect(transport.send(notification("notifications/initialized"))).rejects.toBe(error);

  expect(recording.lines()).toEqual([
    "CLIENT roots/list 2 error.type=Error",
    "CLIENT notifications/initialized error.type=Error",
  ]);
});

it("an onmessage that throws throws the same", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const error = new Error("the application's");
  const broken = new OwnTransport();
  broken.received.push = () => {
    throw error;
  };
  connect(broken);

  expect(() => broken.onmessage?.(request(1, "tools/list"))).toThrow(error);
  expect(() => broken.onmessage?.(notification("notifications/initialized"))).toThrow(error);
  transport.onmessage?.(request(1, "tools/list"));

  expect(recording.lines()).toEqual([
    "SERVER tools/list 1 open",
    "SERVER notifications/initialized",
    "SERVER tools/list 1 open",
  ]);
});

/** A protocol that lets a test look over its shoulder, as far as the door is concerned. */
class Protocol {
  async connect(transport: OwnTransport, ..._rest: unknown[]): Promise<void> {
    transport.onmessage = (message) => void transport.received.push(message);
    await transport.start();
  }
}
wrapConnect(Protocol.prototype);

it("connect gives back what it gave and looks as it looked", async () => {
  record();
  await expect(new Protocol().connect(new OwnTransport(), "more")).resolves.toBeUndefined();
  expect([Protocol.prototype.connect.name, Protocol.prototype.connect.length]).toEqual(["connect", 1]);
});

it("a frozen transport fails as it does without us; a sealed one works untapped", async () => {
  const recording = record();
  const sealed = new OwnTransport();
  sealed.onmessage = () => undefined;
  sealed.onclose = () => undefined;
  Object.preventExtensions(sealed);

  await expect(new Protocol().connect(Object.freeze(new OwnTransport()))).rejects.toThrow(TypeError);
  await new Protocol().connect(sealed);
  sealed.onmessage?.(request(1, "tools/list"));
  expect(sealed.send(response(1))).toBeUndefined();

  expect(sealed.received).toEqual([request(1, "tools/list")]);
  expect(sealed.sent).toEqual([response(1)]);
  expect(recording.told).toEqual([]);
});

it.each([[undefined], [null], ["text"], [{}], [{ start: 1, send: 2 }]])(
  "connect(%j) is passed through",
  async (odd) => {
    record();
    await expect(new Protocol().connect(odd as never)).rejects.toThrow(TypeError);
  },
);

it("an accessor for onmessage is set and called as it stands", async () => {
  const recording = record();
  const inner = new OwnTransport();
  const outer = Object.defineProperty(new OwnTransport(), "onmessage", {
    get: () => inner.onmessage,
    set(callback: NonNullable<OwnTransport["onmessage"]>) {
      inner.onmessage = callback;
    },
  });
  const received = outer.received;

  await new Protocol().connect(outer);
  inner.onmessage?.(request(1, "tools/list"));
  void outer.send(response(1));

  expect(received).toEqual([request(1, "tools/list")]);
  expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
});

it("what happens inside a synchronous delivery stays inside it", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const order: string[] = [];
  vi.spyOn(transport.received, "push").mockImplementation((message) => {
    order.push("delivered");
    void transport.send(response((message as { id: number }).id));
    order.push("answered");
    return 0;
  });

  transport.onmessage?.(request(1, "tools/list"));
  order.push("after");

  expect(order).toEqual(["delivered", "answered", "after"]);
  expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
});

it("an observer that is broken changes nothing for the application", () => {
  const bang = (): never => {
    throw new Error("ours");
  };
  const recording = record({ observer: { begin: bang } });
  const transport = connect(new OwnTransport());
  const messages = [
    request(1, "tools/list"),
    notification("notifications/initialized"),
    notification("notifications/progress", { progressToken: 1 }),
  ];

  messages.forEach((message) => transport.onmessage?.(message));
  messages.forEach((message) => void transport.send(message));

  expect(transport.received).toEqual(messages);
  expect(transport.sent).toEqual(messages);
  expect(recording.faults.length).toBeGreaterThan(0);
});

it("operations that are broken after they began change nothing either", async () => {
  const bang = (): never => {
    throw new Error("ours");
  };
  const broken = { run: bang, event: bang, end: bang };
  const begin = () =>
    Object.defineProperty(broken, "carrier", { get: bang, configurable: true }) as unknown as ActiveOperation;
  record({ observer: { begin } });
  const transport = connect(new OwnTransport());
  const token = deepFreeze({ _meta: { progressToken: 1 } });

  transport.onmessage?.(request(1, "tools/call", token));
  transport.onmessage?.(notification("notifications/initialized"));
  await transport.send(request(2, "roots/list", token));
  await transport.send(notification("notifications/progress", { progressToken: 1, progress: 1 }));
  await transport.send(notification("notifications/initialized"));
  await transport.send(response(1));
  transport.onmessage?.(response(2));
  transport.close();

  expect([transport.received.length, transport.sent.length]).toEqual([3, 4]);
});
