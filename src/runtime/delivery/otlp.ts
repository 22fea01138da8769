import type { OtlpProtocol, SignalName, SignalSettings } from "../../settings/otel-settings.ts";
import { requireEndpoint } from "./reporting-exporter.ts";

/** Where the SDK keeps its exporters. */
export const OTLP_PACKAGES = {
  TRACES: {
    grpc: "@opentelemetry/exporter-trace-otlp-grpc",
    "http/protobuf": "@opentelemetry/exporter-trace-otlp-proto",
    "http/json": "@opentelemetry/exporter-trace-otlp-http",
  },
  METRICS: {
    grpc: "@opentelemetry/exporter-metrics-otlp-grpc",
    "http/protobuf": "@opentelemetry/exporter-metrics-otlp-proto",
    "http/json": "@opentelemetry/exporter-metrics-otlp-http",
  },
  LOGS: {
    grpc: "@opentelemetry/exporter-logs-otlp-grpc",
    "http/protobuf": "@opentelemetry/exporter-logs-otlp-proto",
    "http/json": "@opentelemetry/exporter-logs-otlp-http",
  },
} as const satisfies Record<SignalName, Record<OtlpProtocol, string>>;

/**
 * What an OTLP exporter is to be told; endpoint, headers, certificates and compression it reads from the environment itself.
 * @throws an error that names the variable, where the endpoint is none
 */
export function otlpOptions(env: NodeJS.ProcessEnv, settings: SignalSettings): { timeoutMillis?: number } {
  requireEndpoint(env, settings);
  return withoutUndefined({ timeoutMillis: settings.exportTimeoutMs });
}

/** Options of the SDK's do not take `undefined` for "as you please". */
export function withoutUndefined<T extends object>(
  options: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
