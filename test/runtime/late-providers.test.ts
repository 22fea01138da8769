// Tracers, meters and loggers that libraries get before an SDK exists work with the later SDK, and switch to the
// next.
import {
  createNoopMeter,
  ProxyTracerProvider,
  type MeterProvider,
  type TracerProvider,
} from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider as SdkMeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider as SdkTracerProvider,
} from "@opentelemetry/sdk-trace";
import { expect, it } from "vitest";
import {
  createLateLoggerProvider,
  createLateMeterProvider,
  createLateTracerProvider,
} from "../../src/runtime/api/late-providers.ts";

it("counters, histograms, gauges, observables and batches come alive, and move on", async () => {
  let current: MeterProvider | undefined;
  const late = createLateMeterProvider(() => current);
  const meter = late.getMeter("shop");
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
  counter.add(100); // there is no SDK

  const first = createSdk();
  current = first.provider;
  late.settle();
  counter.add(2, { in: "shop" });
  histogram.record(9);

  expect(await first.collect()).toEqual({ sold: 2, price: 9, stock: 5, red: 1, blue: 2 });

  const second = createSdk();
  current = second.provider;
  late.settle();
  counter.add(3);

  expect(await second.collect()).toEqual({ sold: 3, stock: 5, red: 1, blue: 2 });
});

it("an instrument that is created again is the same one, so an application that does so for each request does not grow", () => {
  const late = createLateMeterProvider(() => ({ getMeter: () => createNoopMeter() }));

  const [first, ...others] = Array.from({ length: 1000 }, () =>
    late.getMeter("shop", "1").createCounter("sold", { unit: "{item}" }),
  );

  expect(new Set([first, ...others]).size).toBe(1);
  expect(late.getMeter("shop", "1").createCounter("bought")).not.toBe(first);
});

it("a tracer asks for its provider when a span is started, after it has said that it will", () => {
  const exporter = new InMemorySpanExporter();
  const there: { provider?: TracerProvider } = {};
  let asked = 0;
  const tracer = createLateTracerProvider(
    () => there.provider,
    () => new ProxyTracerProvider().getTracer(""),
    () => (asked += 1),
  ).getTracer("shop");

  tracer.startSpan("lost").end();
  there.provider = new SdkTracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  tracer.startSpan("found").end();
  const result = tracer.startActiveSpan("active", (span) => {
    span.end();
    return 7;
  });

  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(["found", "active"]);
  expect({ asked, result }).toEqual({ asked: 1, result: 7 });
});

it("a provider always has a delegate: instrumentations flush it without a check", () => {
  const late = createLateTracerProvider(
    () => undefined,
    () => new ProxyTracerProvider().getTracer(""),
  );

  expect(late.getDelegate().getTracer("any").startSpan("any").isRecording()).toBe(false);
});

it("a logger emits once there is a provider", () => {
  const records: unknown[] = [];
  let there = false;
  const late = createLateLoggerProvider(() =>
    there ? { getLogger: () => ({ emit: (record) => void records.push(record) }) } : undefined,
  );
  const logger = late.getLogger("shop");

  logger.emit("lost");
  const before = logger.enabled?.({});
  there = true;
  logger.emit("found");

  expect({ records, before, after: logger.enabled?.({}) }).toEqual({
    records: ["found"],
    before: false,
    after: true,
  });
});

function createSdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter });
  return {
    provider: new SdkMeterProvider({ readers: [reader] }),
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
