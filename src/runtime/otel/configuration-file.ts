/**
 * OpenTelemetry's declarative configuration, with the copies of the classes that it uses: it brings every exporter there is, so the
 * build keeps all of it in a file of its own.
 */
export { processDetector } from "@opentelemetry/resources";
export { ConsoleLogRecordExporter } from "@opentelemetry/sdk-logs";
export { ConsoleMetricExporter } from "@opentelemetry/sdk-metrics";
export { startNodeSDK } from "@opentelemetry/sdk-node";
export { ConsoleSpanExporter } from "@opentelemetry/sdk-trace";
