// Instruments made before there is an SDK come alive with it, and move on when another one takes over.
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect, it } from "vitest";
import { waitForMeters } from "../../src/runtime/otel/waiting-meters.ts";

it("counters, histograms, gauges, observables and batches", async () => {
  const waiting = waitForMeters();
  const meter = metrics.getMeter("shop");
  const counter = meter.createCounter("sold");
  const histogram = meter.createHistogram("price", { unit: "EUR" });
  meter.createObservableGauge("stock").addCallback((result) => result.observe(5));
  const [red, blue] = ["red", "blue"].map((name) => meter.createObservableGauge(name));
  if (red === undefined || blue === undefined) throw new Error("two were made");
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(red, 1);
      result.observe(blue, 2);
    },
    [red, blue],
  );
  const forgotten = meter.createObservableGauge("forgotten");
  const forget = (): void => undefined;
  forgotten.addCallback(forget);
  forgotten.removeCallback(forget);
  counter.add(100); // to nobody
  expect(waiting.waiting()).toBe(true);

  const first = createSdk();
  expect(metrics.setGlobalMeterProvider(first.provider)).toBe(true);
  counter.add(2, { in: "shop" });
  histogram.record(9);

  expect(waiting.waiting()).toBe(false);
  expect(await first.collect()).toEqual({ sold: 2, price: 9, stock: 5, red: 1, blue: 2 });

  const second = createSdk();
  metrics.disable();
  metrics.setGlobalMeterProvider(second.provider);
  waiting.settle();
  counter.add(3);

  expect(await second.collect()).toEqual({ sold: 3, stock: 5, red: 1, blue: 2 });
  metrics.disable();
});

it("leaves the place to whoever has it already", () => {
  const { provider } = createSdk();
  metrics.setGlobalMeterProvider(provider);

  expect(waitForMeters().waiting()).toBe(false);
  expect(metrics.getMeterProvider()).toBe(provider);
  metrics.disable();
});

function createSdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter });
  return {
    provider: new MeterProvider({ readers: [reader] }),
    /** The value of each instrument, or its sum; what has none is left out. */
    async collect(): Promise<Record<string, number>> {
      await reader.forceFlush();
      const found =
        exporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      const values = found.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ value }) => {
          const number = typeof value === "number" ? value : "sum" in value ? value.sum : undefined;
          return [descriptor.name, number] as const;
        }),
      );
      return Object.fromEntries(values) as Record<string, number>;
    },
  };
}
