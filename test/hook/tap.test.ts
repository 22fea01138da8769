import { expect, it } from "vitest";
import { tapTransport } from "../../src/hook/connection/tap.ts";
import {
  connect,
  CARRIER,
  deepFreeze,
  failure,
  notification,
  OwnTransport,
  record,
  request,
  response,
} from "./fakes.ts";

it("observes a request from its arrival until its response is sent, in both directions [span.both-directions, span.time.server, span.time.client]", () => {
  const recording = record();
  const transport = connect(new OwnTransport());

  transport.onmessage?.(request(1, "tools/list"));
  void transport.send(request(1, "sampling/createMessage"));
  expect(recording.open()).toEqual(["SERVER tools/list 1 open", "CLIENT sampling/createMessage 1 open"]);
  transport.onmessage?.(response(1));
  void transport.send(response(1, { tools: [] }));

  expect(recording.lines()).toEqual(["SERVER tools/list 1", "CLIENT sampling/createMessage 1"]);
});

it("passes on exactly what it was given, in order and once", () => {
  record();
  const transport = connect(new OwnTransport());
  const messages = [
    request(0),
    response(0),
    notification("notifications/initialized"),
    "text",
    null,
    [request(1)],
    7,
  ];

  messages.forEach((message) => transport.onmessage?.(message));

  expect(transport.received).toHaveLength(messages.length);
  transport.received.forEach((message, at) => expect(message).toBe(messages[at]));
});

it("gives the transport's own answer back, and keeps `this` and further arguments", () => {
  record();
  const options = { relatedRequestId: 1 };
  const calls: unknown[][] = [];
  class Odd extends OwnTransport {
    override send(...args: unknown[]): unknown {
      calls.push([this, ...args]);
      return "not a promise";
    }
  }
  const transport = connect(new Odd());

  expect(transport.send(response(9), options)).toBe("not a promise");
  expect(calls).toEqual([[transport, response(9), options]]);
});

it("puts the carrier into a copy of the message, and the caller's own keys win [propagation.inject, propagation.copy]", () => {
  record({ carrier: { ...CARRIER, tracestate: "a=1", baggage: "b=2" } });
  const transport = connect(new OwnTransport());
  const own = { traceparent: "the caller's own", progressToken: 5 };

  void transport.send(request(1, "tools/list"));
  void transport.send(request(2, "tools/call", { name: "add", _meta: own }));
  void transport.send(notification("notifications/initialized"));
  void transport.send(response(3));

  const carrier = { ...CARRIER, tracestate: "a=1", baggage: "b=2" };
  expect(transport.sent).toEqual([
    { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: carrier } },
    // A tracestate belongs to its traceparent: mcp-otelkit's is not mixed with the caller's.
    {
      jsonrpc: "2.0",
      id: 2,
      method: "tools/call",
      params: { name: "add", _meta: { ...own, baggage: "b=2" } },
    },
    { jsonrpc: "2.0", method: "notifications/initialized", params: { _meta: carrier } },
    response(3),
  ]);
});

it("leaves a message alone where there is nothing to say or no place to say it", () => {
  record({ carrier: {} });
  const transport = connect(new OwnTransport());
  const plain = request(1, "tools/list");
  void transport.send(plain);
  expect(transport.sent[0]).toBe(plain);
});

it.each([[null], [[]], ["text"], [7], [{ _meta: null }], [{ _meta: "text" }], [{ _meta: [] }]])(
  "sends params %j as they are",
  (params) => {
    const recording = record();
    const transport = connect(new OwnTransport());
    const message = request(1, "tools/call", params);

    void transport.send(message);
    transport.onmessage?.(response(1));

    expect(transport.sent[0]).toBe(message);
    expect(recording.lines()).toEqual(["CLIENT tools/call 1"]);
  },
);

it.each([0, "", 1, "1", -1, 1.5, "__proto__", "constructor"])(
  "takes %j for an id [attr.jsonrpc.request.id]",
  (id) => {
    const recording = record();
    const transport = connect(new OwnTransport());

    transport.onmessage?.(request(id, "tools/list"));
    void transport.send(response(id));
    void transport.send(request(id, "roots/list"));
    transport.onmessage?.(response(id));

    expect(recording.open()).toEqual([]);
    expect(recording.told.map(({ operation }) => operation.attributes["jsonrpc.request.id"])).toEqual([
      String(id),
      String(id),
    ]);
  },
);

it('keeps 1 and "1" apart, but lets an answer to "3" reach request 3, as the SDKs do', () => {
  const recording = record();
  const transport = connect(new OwnTransport());

  transport.onmessage?.(request(1, "tools/list"));
  transport.onmessage?.(request("1", "prompts/list"));
  void transport.send(response("1"));
  expect(recording.open()).toEqual(["SERVER tools/list 1 open"]);
  void transport.send(response(1));
  void transport.send(request(3, "roots/list"));
  transport.onmessage?.(response("3"));

  expect(recording.open()).toEqual([]);
});

it("ends one request per answer where an id is used twice", () => {
  const recording = record();
  const transport = connect(new OwnTransport());

  transport.onmessage?.(request(7, "tools/list"));
  transport.onmessage?.(request(7, "prompts/list"));
  void transport.send(failure(7, -32603));
  expect(recording.lines()).toEqual(["SERVER tools/list 7 error.type=-32603", "SERVER prompts/list 7 open"]);
  void transport.send(response(7));
  void transport.send(response(7)); // one too many: to nobody

  expect(recording.lines()).toEqual(["SERVER tools/list 7 error.type=-32603", "SERVER prompts/list 7"]);
  expect(transport.sent).toHaveLength(3);
});

it("lets a response without a request pass in both directions", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const stray = [
    response(99),
    failure("x", -32600),
    { jsonrpc: "2.0", id: null, error: { code: -32700, message: "?" } },
  ];

  stray.forEach((message) => transport.onmessage?.(message));
  stray.forEach((message) => void transport.send(message));

  expect(transport.received).toEqual(stray);
  expect(transport.sent).toEqual(stray);
  expect(recording.told).toEqual([]);
});

it("ends a request at its cancellation, since no response follows [outcome.cancelled.server]", () => {
  const recording = record();
  const transport = connect(new OwnTransport());

  transport.onmessage?.(request(0, "tools/call", { name: "slow" }));
  transport.onmessage?.(notification("notifications/cancelled", { requestId: 0 }));
  transport.onmessage?.(notification("notifications/cancelled", { requestId: 0 }));
  transport.onmessage?.(notification("notifications/cancelled"));

  expect(recording.lines()).toEqual([
    "SERVER tools/call 0 cancelled",
    ...Array<string>(3).fill("SERVER notifications/cancelled"),
  ]);
  expect(recording.told[0]?.ends).toHaveLength(1);
});

it("ends what is open when the connection closes, once [outcome.connection-closed]", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  transport.onmessage?.(request(1, "tools/list"));
  void transport.send(request(1, "roots/list"));

  transport.close();
  transport.close();
  void transport.send(response(1));
  transport.onmessage?.(response(1));

  expect(recording.lines()).toEqual([
    "SERVER tools/list 1 error.type=connection_closed",
    "CLIENT roots/list 1 error.type=connection_closed",
  ]);
  expect(recording.told.map(({ ends }) => ends.length)).toEqual([1, 1]);
});

it("counts every message once when a transport is connected again", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  transport.close();
  // SDKs from 1.13.3 on call the existing handler first, here mcp-otelkit's own wrapper.
  const earlier = transport.onmessage;
  tapTransport(transport, "server");
  transport.onmessage = (message) => {
    earlier?.(message);
    transport.received.push(message);
  };
  void transport.start();

  transport.onmessage(request(1, "tools/list"));
  void transport.send(response(1));

  expect(transport.received).toHaveLength(2);
  expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
});

it("leaves `start` as it found it, own property or inherited", () => {
  record();
  const inherited = connect(new OwnTransport());
  const own = new OwnTransport();
  const start = () => Promise.resolve();
  Object.defineProperty(own, "start", {
    value: start,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  connect(own);

  expect(Object.hasOwn(inherited, "start")).toBe(false);
  expect(Object.getOwnPropertyDescriptor(own, "start")).toEqual({
    value: start,
    configurable: true,
    writable: true,
    enumerable: false,
  });
});

it("does not show on a transport that is printed", () => {
  record();
  const plain = Object.keys(new OwnTransport());

  const transport = connect(new OwnTransport());

  expect(Object.keys(transport)).toEqual(
    [...plain, "onmessage", "onerror", "onclose"].filter((key, at, all) => all.indexOf(key) === at),
  );
  expect([transport.send.name, transport.send.length]).toEqual(["send", OwnTransport.prototype.send.length]);
});

it("reports progress on the request it belongs to, and on no other [notification.progress]", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const progress = (progressToken: unknown) =>
    notification("notifications/progress", { progressToken, progress: 1, total: 2, message: "my secret" });

  transport.onmessage?.(request(1, "tools/call", { name: "add", _meta: { progressToken: 0 } }));
  void transport.send(request(2, "sampling/createMessage", { _meta: { progressToken: 0 } }));
  void transport.send(progress(0));
  transport.onmessage?.(progress(0));
  transport.onmessage?.(progress("nobody's"));
  void transport.send(progress(undefined));
  transport.onmessage?.(notification("notifications/progress"));

  const event = { name: "mcp.progress", attributes: { "mcp.progress.value": 1, "mcp.progress.total": 2 } };
  expect(recording.told.map(({ operation, events }) => [operation.method, events])).toEqual([
    ["tools/call", [event]],
    ["sampling/createMessage", [event]],
  ]);
  expect(transport.received).toHaveLength(4);
});

it("ends a subscription where it is acknowledged, on both sides [notification.listen]", () => {
  const recording = record();
  const client = connect(new OwnTransport(), "client");
  const server = connect(new OwnTransport());
  const listen = request("listen:0", "subscriptions/listen");
  const acknowledged = notification("notifications/subscriptions/acknowledged", {
    _meta: { "io.modelcontextprotocol/subscriptionId": "listen:0" },
  });

  void client.send(listen);
  server.onmessage?.(listen);
  expect(recording.open()).toHaveLength(2);
  void server.send(acknowledged);
  client.onmessage?.(acknowledged);

  expect(recording.open().filter((line) => line.includes("listen"))).toEqual([]);
});

it("does nothing to messages without an observer", () => {
  const transport = connect(new OwnTransport());
  const message = request(1, "tools/list");

  void transport.send(message);
  transport.onmessage?.(message);

  expect([transport.sent[0], transport.received[0]]).toEqual([message, message]);
  expect(transport.sent[0]).toBe(message);
});

it("follows one message object through two connections of a process", () => {
  const recording = record();
  const [first, second] = [connect(new OwnTransport(), "client"), connect(new OwnTransport(), "client")];

  void first.send(request(1, "tools/list"));
  void second.send(first.sent[0]); // what arrived in memory is forwarded as it is
  first.onmessage?.(response(1));
  second.onmessage?.(response(1));

  expect(recording.lines()).toEqual(["CLIENT tools/list 1", "CLIENT tools/list 1"]);
});

it("never changes a message that other code holds", () => {
  record();
  const transport = connect(new OwnTransport());
  const result = deepFreeze({
    tools: [{ name: "add" }],
    _meta: { "io.modelcontextprotocol/serverInfo": { name: "s" } },
  });

  // A frozen object throws when it is changed, and a fault in mcp-otelkit would be reported.
  const send = () => {
    transport.onmessage?.(request(1, "tools/list", { _meta: { progressToken: 1 } }));
    void transport.send(response(1, result));
    void transport.send(request(2, "roots/list", { _meta: {} }));
  };

  expect(send).not.toThrow();
});
