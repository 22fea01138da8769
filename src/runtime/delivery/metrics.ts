import {
  AggregationType,
  InstrumentType,
  MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { MetricSettings } from "../../settings/otel-settings.ts";
import type { Say } from "../../output/say.ts";
import { collectNow } from "./collect-now.ts";
import { createConsoleExporter, metricLines } from "./console-lines.ts";
import { createLateExporter } from "./late-exporter.ts";
import { allOf, describeEndpoint, reporting, type DeliveryReport } from "./reporting-exporter.ts";

/** How metrics leave the process. */
export interface MetricDelivery extends DeliveryReport {
  readonly readers: readonly MetricReader[];
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
  const { intervalMs: exportIntervalMillis, timeoutMs: exportTimeoutMillis } = settings;
  const readers: MetricReader[] = [];
  const reports: DeliveryReport[] = [];
  const pushed: PushMetricExporter[] = [];
  let muted = false;
  const push = (exporter: PushMetricExporter): MetricReader => {
    pushed.push(exporter);
    const pushing = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis,
      exportTimeoutMillis,
    });
    readers.push(pushing);
    return pushing;
  };

  if (settings.exporters.includes("console")) push(createConsoleExporter(metricLines));
  if (settings.exporters.includes("otlp")) {
    const exporter = createLateExporter(env, settings, "METRICS", aggregationOf(settings));
    const report = reporting(exporter, settings.signal, describeEndpoint(env, settings), say);
    const pushing = push(exporter);
    reports.push({
      ...report,
      measured() {
        const metrics = muted ? undefined : collectNow(pushing);
        return metrics === undefined ? [] : [{ signal: settings.signal, items: [metrics] }];
      },
    });
  }
  const reader = settings.exporters.length > 0 ? new PullReader() : undefined;
  if (reader !== undefined) readers.push(reader);
  return {
    readers,
    collect: reader && (() => collectFrom(reader)),
    mute() {
      muted = true;
      for (const exporter of pushed) exporter.export = (_metrics, done) => done({ code: 0 });
    },
    ...allOf(reports),
  };
}

/** The exporter reads the temporality from the environment, and not the aggregation. */
function aggregationOf({ exponential }: MetricSettings): PushMetricExporter["selectAggregation"] {
  if (!exponential) return undefined;
  return (type) => ({
    type: type === InstrumentType.HISTOGRAM ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT,
  });
}

async function collectFrom(reader: MetricReader): ReturnType<MetricReader["collect"]> {
  const collected = await reader.collect();
  // Detectors of the host take a moment; until then the SDK answers with a complaint and half of the attributes.
  await collected.resourceMetrics.resource.waitForAsyncAttributes?.();
  return collected;
}

/** A reader that does nothing by itself. */
class PullReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}
