/**
 * OpenTelemetry's declarative configuration, with its own copies of the classes that it uses: it brings every
 * exporter, so the build keeps all of it in a separate file.
 */
export { processDetector } from "@opentelemetry/resources";
export { ConsoleLogRecordExporter } from "@opentelemetry/sdk-logs";
export { ConsoleMetricExporter } from "@opentelemetry/sdk-metrics";
export { startNodeSDK } from "@opentelemetry/sdk-node";
export { ConsoleSpanExporter } from "@opentelemetry/sdk-trace";
