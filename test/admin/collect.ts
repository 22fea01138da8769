import { ValueType, type Attributes, type Meter } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  MeterProvider,
  MetricReader,
  type AggregationTemporality,
  type ViewOptions,
} from "@opentelemetry/sdk-metrics";
import type { Collected } from "../../src/admin/metrics/collected.ts";

interface CollectOptions {
  resource?: Attributes;
  views?: ViewOptions[];
  temporality?: AggregationTemporality;
}

/** The real SDK's collection after `record` has used its meters. */
export async function collect(
  record: (meter: (scope: string) => Meter) => void,
  { resource = {}, views = [], temporality }: CollectOptions = {},
): Promise<Collected> {
  const reader = new ManualReader(
    temporality === undefined ? {} : { aggregationTemporalitySelector: () => temporality },
  );
  const provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes(resource),
    views,
  });
  record((scope) => provider.getMeter(scope, "1.0.0"));
  const collected = await reader.collect();
  await provider.shutdown();
  return collected;
}

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** One instrument of each kind, with data that is difficult to print. */
export function recordOneOfEach(meter: (scope: string) => Meter): void {
  const mcp = meter("mcp-otelkit");
  const calls = mcp.createCounter("mcp.tool.calls", { unit: "{call}", description: "Calls of tools" });
  calls.add(3, { tool_name: "add", status: "success" });
  calls.add(1, { tool_name: 'q"uo\\te\nline', status: "error", "error.type": undefined, empty: "" });
  const duration = mcp.createHistogram("mcp.tool.call.duration", {
    unit: "s",
    description: 'How long calls took,\nas "seconds" \\ s',
    advice: { explicitBucketBoundaries: [0.01, 0.5, 1, 10] },
  });
  for (const seconds of [0.005, 0.3, 0.3, 70]) duration.record(seconds, { tool_name: "add" });
  const sessions = mcp.createUpDownCounter("mcp.active_sessions", { unit: "{session}" });
  sessions.add(5);
  sessions.add(-2);
  const runtime = meter("runtime");
  runtime.createGauge("nodejs.eventloop.utilization", { unit: "1" }).record(0.25);
  observe(runtime.createObservableCounter("process.cpu", { unit: "s" }), [[1.5, {}]]);
  observe(runtime.createObservableUpDownCounter("v8js.heap.used", { unit: "By" }), [
    [5e9, { "v8js.heap.space.name": "new" }],
  ]);
  observe(runtime.createObservableGauge("odd.values", { valueType: ValueType.DOUBLE }), [
    [NaN, { "is.it": true }],
    [Infinity, { "is.it": 1 }],
    [-Infinity, { "is.it": ["a", "b"] }],
    [1e21, { "is.it": "large" }],
    [1e-9, { "a.b": "dot", a_b: "underscore", "9": "digit" }],
  ]);
}

function observe(
  instrument: {
    addCallback(callback: (result: { observe(value: number, attributes: Attributes): void }) => void): void;
  },
  points: [number, Attributes][],
): void {
  instrument.addCallback((result) => {
    for (const [value, attributes] of points) result.observe(value, attributes);
  });
}
