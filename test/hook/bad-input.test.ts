import { describe, expect, it } from "vitest";
import { BOOBY_TRAPS, HOSTILE, hostileMessages } from "../operation/hostile.ts";
import { withTelemetry } from "../support/with-telemetry.ts";
import { connect, OwnTransport, record, request, response } from "./fakes.ts";

const named = HOSTILE.map((value, at) => [`${at}: ${typeof value}`, value] as const);

it.each(named)(
  "whatever arrives is delivered and whatever leaves is sent, once and unchanged (%s)",
  (_name, value) => {
    const recording = record({ carrier: {} });
    const transport = connect(new OwnTransport());
    const messages = hostileMessages(value);

    messages.forEach((message) => transport.onmessage?.(message));
    messages.forEach((message) => void transport.send(message));
    transport.close();

    expect(transport.received.every((message, at) => Object.is(message, messages[at]))).toBe(true);
    expect(transport.sent.every((message, at) => Object.is(message, messages[at]))).toBe(true);
    expect([transport.received.length, transport.sent.length]).toEqual([messages.length, messages.length]);
    expect(recording.faults).toEqual([]);
  },
);

it("what traps its reader is delivered and sent nevertheless", () => {
  record();
  const transport = connect(new OwnTransport());

  BOOBY_TRAPS.forEach((message) => transport.onmessage?.(message));
  BOOBY_TRAPS.forEach((message) => void transport.send(message));

  expect(transport.received.every((message, at) => message === BOOBY_TRAPS[at])).toBe(true);
  expect(transport.sent.every((message, at) => message === BOOBY_TRAPS[at])).toBe(true);
  expect([transport.received.length, transport.sent.length]).toEqual([
    BOOBY_TRAPS.length,
    BOOBY_TRAPS.length,
  ]);
});

it("a key named __proto__ is copied as a key", () => {
  record();
  const transport = connect(new OwnTransport());
  const text =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"polluted":1},"_meta":{"__proto__":{"polluted":1},"a":1}}}';

  void transport.send(JSON.parse(text));

  const traceparent = '"traceparent":"00-11111111111111111111111111111111-2222222222222222-01"';
  expect(JSON.stringify(transport.sent[0])).toBe(text.replace('"_meta":{', `"_meta":{${traceparent},`));
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

describe("with a real OpenTelemetry behind", () => {
  const VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const big = "k=" + "v".repeat(1_000_000);

  it.each<[string, unknown, string | undefined]>([
    ["a good traceparent", { traceparent: VALID }, "b7ad6b7169203331"],
    ["one with a megabyte of baggage", { traceparent: VALID, baggage: big }, "b7ad6b7169203331"],
    ["one with a megabyte of tracestate", { traceparent: VALID, tracestate: big }, "b7ad6b7169203331"],
    [
      "one among __proto__ keys",
      JSON.parse(`{"__proto__":{"traceparent":"x"},"traceparent":"${VALID}"}`),
      "b7ad6b7169203331",
    ],
    ["only an inherited one", JSON.parse(`{"__proto__":{"traceparent":"${VALID}"}}`), undefined],
    ["the wrong length", { traceparent: "00-0af7651916cd43dd8448eb211c80319c-01" }, undefined],
    ["zeroes", { traceparent: "00-00000000000000000000000000000000-0000000000000000-01" }, undefined],
    ["a version that cannot be", { traceparent: VALID.replace("00-", "ff-") }, undefined],
    ["a megabyte of traceparent", { traceparent: VALID + "0".repeat(1_000_000) }, undefined],
    ["a list", { traceparent: [VALID] }, undefined],
    ["a number", { traceparent: 7, baggage: 7, tracestate: {} }, undefined],
    ["no object", "traceparent", undefined],
    ["a list as _meta", [VALID], undefined],
    ["null", null, undefined],
  ])(
    "_meta with %s: one span, and the right parent [propagation.malformed]",
    async (_name, _meta, parent) => {
      const { result, spans } = await withTelemetry(() => {
        const transport = connect(new OwnTransport());
        const message = request(0, "tools/list", { _meta });
        transport.onmessage?.(message);
        void transport.send(response(0));
        return [transport.received[0] === message, transport.sent.length];
      });

      expect(result).toEqual([true, 1]);
      expect(spans.map((span) => [span.name, span.parentSpanId])).toEqual([["tools/list", parent]]);
    },
  );

  it.each(named)("hostile messages make spans that can be exported (%s)", async (_name, value) => {
    const { spans } = await withTelemetry(() => {
      const transport = connect(new OwnTransport());
      const messages = hostileMessages(value);
      messages.forEach((message) => transport.onmessage?.(message));
      messages.forEach((message) => void transport.send(message));
      transport.close();
    });
    for (const span of spans)
      expect(
        JSON.stringify(span, (_key, inner: unknown) => (typeof inner === "bigint" ? "" : inner)).length,
      ).toBeLessThan(5000);
  });
});
