import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect, it } from "vitest";
import { collectNow } from "../../src/runtime/delivery/collect-now.ts";

it("collects without waiting what the SDK would collect", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 1e6,
    exportTimeoutMillis: 1e6,
  });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter("shop");
  meter.createCounter("calls").add(3, { tool: "add" });
  meter.createHistogram("seconds").record(0.5);
  meter.createObservableGauge("memory").addCallback((result) => result.observe(7));

  const now = collectNow(reader);
  const { resourceMetrics } = await reader.collect();

  const describe = (metrics: typeof now) =>
    metrics?.scopeMetrics.map(({ scope, metrics: list }) => [
      scope.name,
      list.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      ]),
    ]);
  const withoutObserved = resourceMetrics.scopeMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics.filter(({ descriptor }) => descriptor.name !== "memory"),
  }));
  expect(describe(now)).toEqual(describe({ ...resourceMetrics, scopeMetrics: withoutObserved }));
  expect(now?.resource).toBe(resourceMetrics.resource);
  await provider.shutdown();
});

it("has nothing where a reader belongs to no provider", () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);

  expect(collectNow(new PeriodicExportingMetricReader({ exporter }))).toBeUndefined();
});
