import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { SignalName, SignalSettings } from "../../settings/otel-settings.ts";
import { textOf } from "../../settings/values.ts";
import { loadChunk } from "../chunks.ts";
import type { Exporters } from "./otlp-exporters.ts";
import { requireEndpoint } from "./reporting-exporter.ts";

/** The methods of an exporter that a batch processor or a reader calls. */
interface Exporter {
  export(batch: never, done: never): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * An OTLP exporter that is loaded with its first export: the exporters are half of OpenTelemetry's code, and a
 * server's first answer does not wait for them.
 * @param selectAggregation of metrics, where it is not the default
 * @throws an error that names the variable, where the endpoint is not valid
 */
export function createLateExporter<S extends SignalName>(
  env: NodeJS.ProcessEnv,
  settings: SignalSettings,
  signal: S,
  selectAggregation?: PushMetricExporter["selectAggregation"],
): Exporters[S] {
  requireEndpoint(env, settings);
  let real: Exporters[S] | undefined;
  const load = (): Exporters[S] =>
    (real ??= loadChunk<typeof import("./otlp-exporters.ts")>("exporters").createOtlpExporter(
      settings,
      signal,
    ));
  const exporter: Exporter = {
    export: (batch, done) => (load() as Exporter).export(batch, done),
    forceFlush: async () => real?.forceFlush?.(),
    shutdown: async () => real?.shutdown(),
  };
  if (signal !== "METRICS") return exporter as never;
  const metrics: Partial<PushMetricExporter> = {
    ...(selectAggregation !== undefined && { selectAggregation }),
    // The exporter itself reads this variable; without it, every instrument is cumulative.
    ...(textOf(env, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE") !== undefined && {
      selectAggregationTemporality: (type) =>
        (load() as Required<PushMetricExporter>).selectAggregationTemporality(type),
    }),
  };
  return { ...exporter, ...metrics } as never;
}
