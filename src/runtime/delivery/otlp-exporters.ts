import type { LogRecordExporter } from "@opentelemetry/sdk-logs";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { OTLPLogExporter as LogsJson } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as LogsProtobuf } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as MetricsJson } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as MetricsProtobuf } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as TracesJson } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as TracesProtobuf } from "@opentelemetry/exporter-trace-otlp-proto";
import type { OtlpProtocol, SignalName, SignalSettings } from "../../settings/otel-settings.ts";
import { loadChunk } from "../chunks.ts";
import { withoutUndefined } from "../../settings/values.ts";

/** A third of OpenTelemetry's code, and rarely used. */
const grpc = () => loadChunk<typeof import("./grpc.ts")>("grpc");

export interface Exporters {
  TRACES: SpanExporter;
  METRICS: PushMetricExporter;
  LOGS: LogRecordExporter;
}

/** An exporter reads its endpoint, headers, certificates and compression from the environment itself. */
type Create<Exporter> = (options: { timeoutMillis?: number }) => Exporter;

const EXPORTERS: { readonly [S in SignalName]: Readonly<Record<OtlpProtocol, Create<Exporters[S]>>> } = {
  TRACES: {
    grpc: (options) => new (grpc().OTLPTraceExporter)(options),
    "http/protobuf": (options) => new TracesProtobuf(options),
    "http/json": (options) => new TracesJson(options),
  },
  METRICS: {
    grpc: (options) => new (grpc().OTLPMetricExporter)(options),
    "http/protobuf": (options) => new MetricsProtobuf(options),
    "http/json": (options) => new MetricsJson(options),
  },
  LOGS: {
    grpc: (options) => new (grpc().OTLPLogExporter)(options),
    "http/protobuf": (options) => new LogsProtobuf(options),
    "http/json": (options) => new LogsJson(options),
  },
};

/** The serializers too: at the very end of a process, requests are written without an exporter. */
export { describeOtlpRequest } from "../exit/otlp-request.ts";

export function createOtlpExporter<S extends SignalName>(settings: SignalSettings, signal: S): Exporters[S] {
  return EXPORTERS[signal][settings.protocol](withoutUndefined({ timeoutMillis: settings.exportTimeoutMs }));
}
