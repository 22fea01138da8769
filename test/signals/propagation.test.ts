import {
  ROOT_CONTEXT,
  context,
  propagation,
  trace,
  type Context,
  type TextMapPropagator,
} from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import * as crossing from "../../src/signals/spans/propagation.ts";
import type { Carrier } from "../../src/operation/observer.ts";
import { withTelemetry } from "../support/with-telemetry.ts";
import { operationOf } from "./operations.ts";

const ALL = { trust: "parent", baggage: ["*"], metaKeys: ["own"] } as const;
const extract = (carrier: Carrier, ambient = context.active()) => crossing.extract(carrier, ALL, ambient);
const inject = (from: Context) => crossing.inject(from, ALL);

const namesParent = (carrier: Carrier): boolean =>
  trace.getSpanContext(extract(carrier, ROOT_CONTEXT)) !== undefined;

const VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("in _meta", () => {
  it("traceparent, tracestate and baggage travel under their bare names [propagation.inject, propagation.baggage]", async () => {
    const { result, spans } = await withTelemetry(
      ({ observer }) => {
        const arrived = observer.begin(operationOf("server"), {
          traceparent: VALID,
          tracestate: "a=1",
          baggage: "user=7",
        });
        const carrier = arrived.run(() => {
          expect(propagation.getActiveBaggage()?.getEntry("user")?.value).toBe("7");
          const sent = observer.begin(operationOf("client"), {});
          sent.end({});
          return sent.carrier;
        });
        arrived.end({});
        return carrier;
      },
      { baggage: ["user"] },
    );
    expect(result).toEqual({
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${spans[1]?.spanId}-01`,
      tracestate: "a=1",
      baggage: "user=7",
    });
  });

  it("other keys of _meta are not taken for context [span.parent.bare-keys]", async () => {
    await withTelemetry(() => {
      expect(
        namesParent({
          "io.modelcontextprotocol/traceparent": VALID,
          Traceparent: VALID,
          progressToken: VALID,
        }),
      ).toBe(false);
      expect(namesParent({ traceparent: VALID })).toBe(true);
    });
  });

  it("the configured propagators decide, whatever they read and write [propagation.configured]", async () => {
    await withTelemetry(() => {
      const own: TextMapPropagator = {
        fields: () => ["own"],
        inject: (_context, carrier, setter) => setter.set(carrier, "own", "written"),
        extract: (from, carrier, getter) =>
          from.setValue(KEY, [
            getter.keys(carrier),
            getter.get(carrier, "own"),
            getter.get(carrier, "traceparent"),
          ]),
      };
      const KEY = Symbol("own");
      propagation.disable();
      propagation.setGlobalPropagator(own);

      expect(inject(ROOT_CONTEXT)).toEqual({ own: "written" });
      const read = (value: string) => extract({ own: value }).getValue(KEY);
      expect(read("v".repeat(8192))).toEqual([["own"], "v".repeat(8192), undefined]);
      expect(read("v".repeat(8193))).toEqual([["own"], undefined, undefined]);
      expect(extract({ own: "read", traceparent: VALID }).getValue(KEY)).toEqual([
        ["own", "traceparent"],
        "read",
        VALID,
      ]);
    });
  });
});

describe("what does not obey the specification is not read", () => {
  const baggageOf = (baggage: unknown) => propagation.getBaggage(extract({ traceparent: VALID, baggage }));

  it("baggage up to the limit, and not a byte longer [propagation.malformed]", async () => {
    await withTelemetry(() => {
      expect(baggageOf(`k=${"v".repeat(4000)}`)?.getAllEntries()).toHaveLength(1);
      expect(baggageOf(`k=${"v".repeat(1_000_000)}`)).toBeUndefined();
      expect(baggageOf("=".repeat(8192))?.getAllEntries() ?? []).toEqual([]);
    });
  });

  it.each([7, null, true, {}, [VALID], Symbol("s")])(
    "a value %s that is no string [propagation.malformed]",
    async (odd) => {
      await withTelemetry(() => {
        expect(namesParent({ traceparent: odd })).toBe(false);
        expect(baggageOf(odd)).toBeUndefined();
      });
    },
  );

  it("a key that is only inherited [propagation.malformed]", async () => {
    await withTelemetry(() => {
      expect(namesParent(Object.create({ traceparent: VALID }) as object as never)).toBe(false);
    });
  });
});

it("what the message does not say stays as it is around it", async () => {
  await withTelemetry(({ tracer }) => {
    const span = tracer.startSpan("around");
    const around = propagation.setBaggage(
      trace.setSpan(ROOT_CONTEXT, span),
      propagation.createBaggage({ user: { value: "7" } }),
    );
    context.with(around, () => {
      expect(trace.getSpan(extract({}))).toBe(span);
      expect(propagation.getBaggage(extract({ traceparent: VALID }))?.getEntry("user")?.value).toBe("7");
    });
    span.end();
  });
});
