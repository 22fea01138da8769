import { inspect } from "node:util";
import { loadOfSdk } from "../runtime/otel/packages.ts";
import { writeToStderr } from "./diagnostics.ts";

/** What the three console exporters of OpenTelemetry have in common. */
interface ConsoleExporter {
  export(this: unknown, ...args: unknown[]): unknown;
}

/**
 * Has OpenTelemetry's console exporters write to stderr. They use `console.dir`, which is stdout; ours take their place
 * where the environment names them, but a configuration file gets OpenTelemetry's own.
 */
export function sendConsoleExportersToStderr(): void {
  redirect(loadOfSdk("@opentelemetry/sdk-trace").ConsoleSpanExporter.prototype);
  redirect(loadOfSdk("@opentelemetry/sdk-metrics").ConsoleMetricExporter.prototype);
  redirect(loadOfSdk("@opentelemetry/sdk-logs").ConsoleLogRecordExporter.prototype);
}

function redirect(prototype: object): void {
  const exporter = prototype as ConsoleExporter;
  const original = exporter.export;
  exporter.export = function (...args) {
    /* oxlint-disable no-console -- not ours to print, but to turn away */
    const { dir } = console;
    // They write before they return, so nothing of the application's can meet this.
    console.dir = (item: unknown, options?: object) => writeToStderr(`${inspect(item, options)}\n`);
    try {
      return original.apply(this, args);
    } finally {
      console.dir = dir;
    }
  };
}
