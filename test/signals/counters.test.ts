// Counters as Prometheus needs them: with their true start, and at zero before the first count.
import { metrics as api, trace, type MeterProvider } from "@opentelemetry/api";
import * as sdk from "@opentelemetry/sdk-metrics";
import { expect, it } from "vitest";
import { createKnownNames } from "../../src/operation/known-names.ts";
import { readConfig } from "../../src/settings/mcp-settings.ts";
import { INSTRUMENTS } from "../../src/signals/metrics/instruments.ts";
import { createTelemetry } from "../../src/signals/observer.ts";
import { ManualReader } from "../support/metered.ts";
import { operationOf } from "./operations.ts";

const CALL = {
  target: "add",
  attributes: {
    "jsonrpc.request.id": "1",
    "gen_ai.tool.name": "add",
    "gen_ai.operation.name": "execute_tool",
  },
};

function start(meterProvider: () => MeterProvider) {
  const known = createKnownNames();
  const config = readConfig({});
  const signals = { tracer: () => trace.getTracer(""), meterProvider, config: () => config };
  const { observer, metrics } = createTelemetry(signals, known, { name: "mcp-otelkit", version: "" });
  return {
    known,
    observer,
    metrics,
    call: (outcome = {}) => observer.begin(operationOf("server", "tools/call", CALL), {}).end(outcome),
  };
}

function startMeasured() {
  const reader = new ManualReader();
  const provider = new sdk.MeterProvider({ readers: [reader] });
  return { ...start(() => provider), points: async (name: string) => pointsOf(await reader.collect(), name) };
}

function pointsOf({ resourceMetrics }: sdk.CollectionResult, name: string) {
  return resourceMetrics.scopeMetrics
    .flatMap((scope) => scope.metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints as sdk.DataPoint<number>[])
    .map(({ attributes, value, startTime, endTime }) => ({
      labels: Object.values(attributes).join(" "),
      value,
      startsBefore: endTime[0] * 1e9 + endTime[1] - (startTime[0] * 1e9 + startTime[1]) > 0,
    }));
}

it("a tool that is registered or listed has a zero of each status before its first call", async () => {
  const { known, observer, metrics, points } = startMeasured();
  metrics.bind();
  known.learn("tool", "add");

  observer.offers("add", undefined);
  observer.offers("add", undefined);
  observer.offers("not known", undefined);

  expect(await points("mcp.tool.calls")).toMatchObject([
    { labels: "add success", value: 0 },
    { labels: "add error", value: 0 },
  ]);
});

it("what was counted before the first collection has started before it", async () => {
  const { known, call, points } = startMeasured();
  known.learn("tool", "add");

  for (let i = 0; i < 7; i += 1) call();
  await new Promise((resolve) => setImmediate(resolve));

  expect(await points("mcp.tool.calls")).toEqual([
    { labels: "add success", value: 7, startsBefore: true },
    { labels: "add error", value: 0, startsBefore: true },
  ]);
});

it("a server has a zero of its usual errors, and stray writes are none", async () => {
  const { observer, metrics, points } = startMeasured();
  metrics.bind();

  observer.connecting("server", { name: "shop" });

  expect(await points("mcp.errors")).toMatchObject(
    ["tool_error", "connection_closed", "-32602", "-32603"].map((labels) => ({ labels, value: 0 })),
  );
  expect(await points("mcp.stdout.stray_writes")).toMatchObject([{ value: 0 }]);
});

it("what is counted before there is an SDK is counted by the first one, and by that alone", async () => {
  const readers = [new ManualReader(), new ManualReader()];
  const providers = readers.map((reader) => new sdk.MeterProvider({ readers: [reader] }));
  let provider: MeterProvider = api.getMeterProvider();
  const { known, call } = start(() => provider);
  known.learn("tool", "add");
  call();

  for (const next of providers) {
    provider = next;
    call();
  }
  const counts = await Promise.all(
    readers.map(async (reader) => pointsOf(await reader.collect(), "mcp.tool.calls")),
  );

  expect(counts.map(([success]) => success?.value)).toEqual([2, 1]);
});

it("a refusal by which two revisions find each other is no error", async () => {
  const { observer, points } = startMeasured();

  observer
    .begin(operationOf("server", "server/discover", { attributes: { "jsonrpc.request.id": "0" } }), {})
    .end({ statusCode: "-32601", negotiated: true });

  expect((await points("mcp.errors")).filter(({ value }) => value > 0)).toEqual([]);
});

it("the buckets of the guide's histograms are the guide's, and continue beyond the threshold of its alert", () => {
  const guide = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  for (const { buckets } of [INSTRUMENTS.toolCallDuration, INSTRUMENTS.httpRequestDuration])
    expect(buckets).toEqual([...guide, 30, 60, 120, 300]);
});

it("every counter of what happens is synchronous: an observable one would start when it is first exported", () => {
  const observable = Object.values(INSTRUMENTS).filter(({ kind }) => kind === "observableCounter");

  // Counted elsewhere, and read: no alert uses their first value.
  expect(observable.map(({ name }) => name)).toEqual([
    "mcp.telemetry.suppressed",
    "process.cpu",
    "process.cpu.time",
  ]);
});
