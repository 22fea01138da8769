// A peer may be hostile, and a server may belong to another company: which peers are trusted, and what crosses.
import { context, propagation, ROOT_CONTEXT, trace, type TextMapPropagator } from "@opentelemetry/api";
import { JaegerPropagator } from "@opentelemetry/propagator-jaeger";
import { describe, expect, it } from "vitest";
import type { McpConfig } from "../../src/settings/config.ts";
import { withTelemetry, type Telemetry } from "../support/with-telemetry.ts";
import { operationOf } from "./operations.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const CARRIER = { traceparent: `00-${TRACE}-${PARENT}-01` };
const OVER_HTTP = { attributes: { "network.transport": "tcp" } };
const ON_PIPE = { attributes: { "network.transport": "pipe" } };

async function receive(config: Partial<McpConfig>, more = OVER_HTTP, within = false) {
  const { spans } = await withTelemetry(({ observer, tracer }) => {
    const handle = () => observer.begin(operationOf("server", "tools/list", more), CARRIER).end({});
    if (!within) return handle();
    return tracer.startActiveSpan("http", (span) => {
      handle();
      span.end();
    });
  }, config);
  const ours = spans.find(({ scope }) => scope === "mcp-otelkit");
  if (ours === undefined) throw new Error("no span");
  return { ours, http: spans.find(({ name }) => name === "http") };
}

describe("the parent that a peer names", () => {
  it("is followed by default", async () => {
    const { ours } = await receive({});
    expect([ours.traceId, ours.parentSpanId, ours.links]).toEqual([TRACE, PARENT, []]);
  });

  it("is a link where that is the setting", async () => {
    const { ours } = await receive({ trust: "link" });
    expect([ours.traceId === TRACE, ours.parentSpanId]).toEqual([false, undefined]);
    expect(ours.links).toMatchObject([{ traceId: TRACE, spanId: PARENT }]);
  });

  it("is not read where that is the setting", async () => {
    const { ours } = await receive({ trust: "none" });
    expect([ours.traceId === TRACE, ours.parentSpanId, ours.links]).toEqual([false, undefined, []]);
  });

  it("does not come in by the HTTP span around it either, which is a link", async () => {
    const { ours, http } = await receive({ trust: "none" }, OVER_HTTP, true);
    expect([ours.traceId === http?.traceId, ours.parentSpanId]).toEqual([false, undefined]);
    expect(ours.links).toMatchObject([{ spanId: http?.spanId }]);
  });

  it("leaves what is ambient on a pipe the parent", async () => {
    const { ours, http } = await receive({ trust: "link" }, ON_PIPE, true);
    expect([ours.traceId, ours.parentSpanId]).toEqual([http?.traceId, http?.spanId]);
    expect(ours.links).toMatchObject([{ traceId: TRACE }]);
  });
});

describe("baggage", () => {
  const arriving = (config: Partial<McpConfig>, carrier: object = { baggage: "tenant=acme,user.email=a" }) =>
    withTelemetry(({ observer }) => {
      const active = observer.begin(operationOf("server"), { ...carrier });
      const seen = active.run(() =>
        propagation
          .getActiveBaggage()
          ?.getAllEntries()
          .map(([key]) => key),
      );
      active.end({});
      return seen;
    }, config);
  const departing = (config: Partial<McpConfig>) =>
    withTelemetry(({ observer }) => {
      const baggage = propagation.createBaggage({ tenant: { value: "acme" }, "user.email": { value: "a" } });
      return context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => {
        const active = observer.begin(operationOf("client"), {});
        active.end({});
        return active.carrier["baggage"];
      });
    }, config);

  it("crosses in neither direction by default", async () => {
    expect((await arriving({})).result).toBeUndefined();
    expect((await departing({})).result).toBeUndefined();
  });

  it("crosses by the keys that were named [propagation.baggage]", async () => {
    expect((await arriving({ baggage: ["ten*"] })).result).toEqual(["tenant"]);
    expect((await departing({ baggage: ["ten*"] })).result).toBe("tenant=acme");
  });

  it("that the HTTP request brought goes on by its keys alone, and the application's own goes on", async () => {
    const names = async (config: Partial<McpConfig>) => {
      const { result } = await withTelemetry(({ observer }) => {
        const around = propagation.createBaggage({
          tenant: { value: "acme" },
          "user.email": { value: "a" },
          own: { value: "1" },
        });
        return context.with(propagation.setBaggage(context.active(), around), () => {
          const headers = () => ({ baggage: "tenant=acme,user.email=a" });
          const active = observer.begin(operationOf("server", "tools/list", OVER_HTTP), {}, {}, headers);
          const seen = active.run(() => propagation.getActiveBaggage()?.getAllEntries());
          active.end({});
          return seen?.map(([key]) => key);
        });
      }, config);
      return result;
    };
    expect(await names({})).toEqual(["own"]);
    expect(await names({ trust: "none" })).toEqual(["own"]);
    expect(await names({ baggage: ["tenant"] })).toEqual(["tenant", "own"]);
  });

  it("of the application stays where a message has some", async () => {
    await withTelemetry(
      ({ observer }) => {
        const own = propagation.createBaggage({ own: { value: "1" } });
        context.with(propagation.setBaggage(context.active(), own), () => {
          const active = observer.begin(operationOf("server"), { baggage: "tenant=acme,other=1" });
          active.run(() =>
            expect(
              propagation
                .getActiveBaggage()
                ?.getAllEntries()
                .map(([key]) => key),
            ).toEqual(["own", "tenant"]),
          );
          active.end({});
        });
      },
      { baggage: ["tenant"] },
    );
  });

  it("is bounded as a whole, also where a propagator reads a key for each entry", async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 508 }, (_, n) => [`uberctx-k${n}`, "v".repeat(8000)]),
    );
    await withTelemetry(
      ({ observer }) => {
        propagation.disable();
        // oxlint-disable-next-line typescript/no-deprecated -- the specification still names it
        propagation.setGlobalPropagator(new JaegerPropagator());
        const active = observer.begin(operationOf("server"), headers);
        const held = active.run(() => propagation.getActiveBaggage()?.getAllEntries() ?? []);
        active.end({});
        const length = held.reduce((sum, [key, { value }]) => sum + key.length + value.length, 0);
        expect(held).toHaveLength(1);
        expect(length).toBeLessThanOrEqual(8192);
      },
      { baggage: ["*"] },
    );
  });

  it("that may not cross is not even handed to a propagator that reads all keys", async () => {
    const carrier = Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`uberctx-k${n}`, "v"]));
    const shown: string[][] = [];
    const greedy: TextMapPropagator = {
      fields: () => [],
      inject: () => undefined,
      extract(from, read, getter) {
        shown.push(getter.keys(read));
        return from;
      },
    };
    for (const baggage of [[], ["k*"]])
      await withTelemetry(
        ({ observer }) => {
          propagation.disable();
          propagation.setGlobalPropagator(greedy);
          observer.begin(operationOf("server"), { ...carrier, "uber-trace-id": "1" }).end({});
        },
        { baggage },
      );
    expect(shown[0]).toEqual(["uber-trace-id"]);
    expect(shown[1]).toHaveLength(64);
  });

  it("many small entries are cut at the specification's number", async () => {
    const headers = Object.fromEntries(Array.from({ length: 508 }, (_, n) => [`uberctx-k${n}`, "v"]));
    await withTelemetry(
      ({ observer }) => {
        propagation.disable();
        // oxlint-disable-next-line typescript/no-deprecated -- the specification still names it
        propagation.setGlobalPropagator(new JaegerPropagator());
        const active = observer.begin(operationOf("server"), headers);
        expect(active.run(() => propagation.getActiveBaggage()?.getAllEntries())).toHaveLength(64);
        active.end({});
      },
      { baggage: ["*"] },
    );
  });
});

describe("the keys in _meta", () => {
  const VENDORS: TextMapPropagator = {
    fields: () => ["vendor-trace", "baggage"],
    inject(_from, carrier, setter) {
      setter.set(carrier, "vendor-trace", "1");
      setter.set(carrier, "traceparent", CARRIER.traceparent);
      setter.set(carrier, "baggage", "vendor-public_key=abc,tenant=acme;p=1");
    },
    extract: (from) => from,
  };
  const written = (config: Partial<McpConfig>) =>
    withTelemetry(({ observer }: Telemetry) => {
      propagation.disable();
      propagation.setGlobalPropagator(VENDORS);
      const active = observer.begin(operationOf("client"), {});
      active.end({});
      return active.carrier;
    }, config);

  it("are SEP-414's, whichever propagator writes them", async () => {
    expect((await written({})).result).toEqual({ traceparent: CARRIER.traceparent });
  });

  it("are a vendor's where a setting says so", async () => {
    expect((await written({ metaKeys: ["vendor-*"], baggage: ["tenant"] })).result).toEqual({
      ...CARRIER,
      "vendor-trace": "1",
      baggage: "tenant=acme;p=1",
    });
  });
});

it("a trace state that is too long does not travel on", async () => {
  const OWN: TextMapPropagator = {
    fields: () => [],
    inject: () => undefined,
    extract: (from) =>
      trace.setSpanContext(from, {
        traceId: TRACE,
        spanId: PARENT,
        traceFlags: 1,
        traceState: {
          get: () => undefined,
          set: () => {
            throw new Error("unused");
          },
          unset: () => {
            throw new Error("unused");
          },
          serialize: () => `a=${"b".repeat(600)}`,
        },
      }),
  };
  const { result } = await withTelemetry(({ observer }) => {
    propagation.disable();
    propagation.setGlobalPropagator(OWN);
    const active = observer.begin(operationOf("server"), {});
    active.end({});
    return active.run(() => trace.getSpanContext(context.active())?.traceState?.serialize());
  });
  expect(result ?? "").toBe("");
});
