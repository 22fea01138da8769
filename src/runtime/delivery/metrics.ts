import type { MetricReader, PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { MetricSettings } from "../../settings/otel-settings.ts";
import { OTLP_PACKAGES, otlpOptions } from "./otlp.ts";
import { loadOfSdk } from "../otel/packages.ts";
import { writeToStderr, type Say } from "../../output/diagnostics.ts";
import { allOf, describeEndpoint, tellingOnce, type Told } from "./reporting-exporter.ts";

/** How metrics leave the process. */
export interface MetricDelivery extends Told {
  readonly readers: MetricReader[];
  /** What a scraper is shown; `undefined` where there is no page. */
  readonly collect: (() => ReturnType<MetricReader["collect"]>) | undefined;
  /** Nothing is pushed any more, not even at the end. */
  mute(): void;
}

/** A reader for each destination: pushed by OTLP and to the console every interval, pulled by a scraper when it asks. */
export function createMetricDelivery(
  env: NodeJS.ProcessEnv,
  settings: MetricSettings,
  say: Say,
): MetricDelivery {
  const { PeriodicExportingMetricReader } = loadOfSdk("@opentelemetry/sdk-metrics");
  const { intervalMs: exportIntervalMillis, timeoutMs: exportTimeoutMillis } = settings;
  const readers: MetricReader[] = [];
  const told: Told[] = [];
  const pushed: PushMetricExporter[] = [];
  const push = (exporter: PushMetricExporter): void => {
    pushed.push(exporter);
    readers.push(new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis }));
  };

  if (settings.exporters.includes("console")) push(createStderrMetricExporter());
  if (settings.exporters.includes("otlp")) {
    const exporter = createOtlpMetricExporter(env, settings);
    told.push(tellingOnce(exporter, settings.signal, describeEndpoint(env, settings), say));
    push(exporter);
  }
  const reader = settings.exporters.length > 0 ? createPullReader() : undefined;
  if (reader !== undefined) readers.push(reader);
  return {
    readers,
    collect: reader && (() => collectFrom(reader)),
    mute() {
      for (const exporter of pushed) exporter.export = (_metrics, done) => done({ code: 0 });
    },
    ...allOf(told),
  };
}

/** Temporality too is read from the environment by the exporter itself. */
function createOtlpMetricExporter(env: NodeJS.ProcessEnv, settings: MetricSettings): PushMetricExporter {
  const options = otlpOptions(env, settings);
  const { AggregationType, InstrumentType } = loadOfSdk("@opentelemetry/sdk-metrics");
  const { OTLPMetricExporter } = loadOfSdk(OTLP_PACKAGES.METRICS[settings.protocol]);
  return new OTLPMetricExporter({
    ...options,
    // The exporter does not read this variable itself.
    ...(settings.exponential && {
      aggregationPreference: (type: unknown) => ({
        type:
          type === InstrumentType.HISTOGRAM ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT,
      }),
    }),
  });
}

async function collectFrom(reader: MetricReader): ReturnType<MetricReader["collect"]> {
  const collected = await reader.collect();
  // Detectors of the host take a moment; until then the SDK answers with a complaint and half of the attributes.
  await collected.resourceMetrics.resource.waitForAsyncAttributes?.();
  return collected;
}

/** A reader that does nothing by itself. Its class comes from the SDK, which is not loaded before it is needed. */
function createPullReader(): MetricReader {
  const { MetricReader } = loadOfSdk("@opentelemetry/sdk-metrics");
  return new (class PullReader extends MetricReader {
    protected override onForceFlush(): Promise<void> {
      return Promise.resolve();
    }
    protected override onShutdown(): Promise<void> {
      return Promise.resolve();
    }
  })();
}

/** The `console` exporter: one JSON object a line for each metric, on stderr. OpenTelemetry's own writes to stdout. */
function createStderrMetricExporter(): PushMetricExporter {
  return {
    export(collected: ResourceMetrics, done) {
      for (const { metrics } of collected.scopeMetrics) {
        for (const { descriptor, dataPoints } of metrics) {
          const points = dataPoints.map(({ attributes, value }) => ({ attributes, value }));
          writeToStderr(`${JSON.stringify({ metric: descriptor.name, unit: descriptor.unit, points })}\n`);
        }
      }
      done({ code: 0 });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
