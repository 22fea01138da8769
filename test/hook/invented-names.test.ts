// Names are a peer's to invent, and metrics and span names have room for few: what counts is what the application does with them.
import { expect, it } from "vitest";
import { tapTransport } from "../../src/hook/connection/tap.ts";
import { handlersOf } from "../../src/hook/sdk-shapes.ts";
import { failure, notification, OwnTransport, record, request, response } from "./fakes.ts";

const APPLICATION = {
  _requestHandlers: new Map([["acme/real", () => ({})]]),
  _notificationHandlers: new Map([["acme/changed", () => undefined]]),
};

function connectHandled(handler: object = APPLICATION, role: "server" | "client" = "server"): OwnTransport {
  const transport = new OwnTransport();
  tapTransport(transport, role, undefined, handlersOf(handler));
  transport.onmessage = () => undefined;
  void transport.start();
  return transport;
}

it("methods that the application refuses are never names, however many, and its own method is one from its first call [cardinality.known]", () => {
  const recording = record();
  const transport = connectHandled();

  for (let n = 0; n < 150; n++) {
    transport.onmessage?.(request(n, `steal/user${n}@example.com`));
    void transport.send(failure(n, -32601));
  }
  transport.onmessage?.(request(900, "acme/real"));

  expect(recording.told.at(-1)?.operation.name).toBe("acme/real");
  expect(recording.known.has("method", "acme/real")).toBe(true);
  expect(new Set(recording.told.slice(0, 150).map(({ operation }) => operation.name))).toEqual(
    new Set(["_OTHER"]),
  );
});

it("a method without a handler is known once it was answered with success, in the room of its connection [cardinality.known]", () => {
  const recording = record();
  const greedy = connectHandled({});
  for (let n = 0; n < 60; n++) {
    greedy.onmessage?.(request(n, `invented/${n}`));
    void greedy.send(response(n));
  }
  const other = connectHandled({});
  other.onmessage?.(request(1, "acme/real"));
  void other.send(response(1));

  const known = Array.from({ length: 60 }, (_, n) => recording.known.has("method", `invented/${n}`));
  expect(known.filter(Boolean)).toHaveLength(20);
  expect(recording.told.at(-1)?.ends[0]?.name).toBe("acme/real");
});

it("notifications have names where they are handled, or sent by this process", () => {
  const recording = record();
  const transport = connectHandled();

  transport.onmessage?.(notification("acme/changed"));
  transport.onmessage?.(notification("invented/changed"));
  void transport.send(notification("acme/sent"));

  expect(recording.told.map(({ operation }) => operation.name)).toEqual([
    "acme/changed",
    "_OTHER",
    "acme/sent",
  ]);
});

it("a server that lists a thousand tools leaves another server's their names [cardinality.cap]", () => {
  const recording = record();
  const tools = (prefix: string, count: number) => ({
    tools: Array.from({ length: count }, (_, n) => ({ name: `${prefix}${n}` })),
  });
  for (const [prefix, count] of [
    ["greedy", 1000],
    ["modest", 3],
  ] as const) {
    const transport = connectHandled({}, "client");
    void transport.send(request(1, "tools/list"));
    transport.onmessage?.(response(1, tools(prefix, count)));
  }

  expect([0, 1, 2].map((n) => recording.known.has("tool", `modest${n}`))).toEqual([true, true, true]);
  expect(recording.known.has("tool", "greedy999")).toBe(false);
});

it("handlers are no reason to keep the application's server", () => {
  expect(handlersOf(undefined)).toBeUndefined();
  expect(handlersOf({})?.("acme/real", true)).toBe(false);
});
