import { inspect } from "node:util";
import { writeToStderr } from "./stderr.ts";

/** The parts that the three console exporters of OpenTelemetry have in common. */
interface ConsoleExporter {
  export(this: unknown, ...args: unknown[]): unknown;
}

/**
 * Makes a console exporter of OpenTelemetry write to stderr: it uses `console.dir`, which is stdout. A configuration
 * file creates these; where the environment names `console`, mcp-otelkit uses its own exporters.
 * @param prototype of the exporter's class
 */
export function sendToStderr(prototype: object): void {
  const exporter = prototype as ConsoleExporter;
  const original = exporter.export;
  exporter.export = function (...args) {
    /* oxlint-disable no-console -- redirected, not printed to */
    const { dir } = console;
    // Exporters write before they return, so no output of the application can come in between.
    console.dir = (item: unknown, options?: object) => writeToStderr(`${inspect(item, options)}\n`);
    try {
      return original.apply(this, args);
    } finally {
      console.dir = dir;
    }
  };
}
