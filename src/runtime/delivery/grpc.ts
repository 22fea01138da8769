/** The OTLP exporters over gRPC: few applications use them, and they are a third of OpenTelemetry's code. */
export { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
export { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-grpc";
export { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-grpc";
