import {
  BatchLogRecordProcessor,
  SimpleLogRecordProcessor,
  type LogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { BatchSpanProcessor, SimpleSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace";
import type { LogSettings, TraceSettings } from "../../settings/otel-settings.ts";
import type { Say } from "../../output/say.ts";
import { withoutUndefined } from "../../settings/values.ts";
import { createConsoleExporter, logLines, spanLines } from "./console-lines.ts";
import { createLateExporter } from "./late-exporter.ts";
import { allOf, describeEndpoint, reporting, type DeliveryReport } from "./reporting-exporter.ts";

/** How spans or log records leave the process. */
export interface BatchDelivery<Processor> extends DeliveryReport {
  readonly processors: readonly Processor[];
}

/** Where spans go, with the processor of each destination: batches for OTLP, one by one for the console. */
export function createSpanDelivery(
  env: NodeJS.ProcessEnv,
  settings: TraceSettings,
  say: Say,
): BatchDelivery<SpanProcessor> {
  const reports: DeliveryReport[] = [];
  const processors = settings.exporters.map((name) => {
    if (name === "console") return new SimpleSpanProcessor({ exporter: createConsoleExporter(spanLines) });
    const exporter = createLateExporter(env, settings, "TRACES");
    const report = reporting(exporter, settings.signal, describeEndpoint(env, settings), say);
    reports.push(report);
    const options = { exporter, ...withoutUndefined(settings.batch) };
    return report.following(new BatchSpanProcessor(options), "onEnd");
  });
  return { processors, ...allOf(reports) };
}

/** The same for log records. */
export function createLogDelivery(
  env: NodeJS.ProcessEnv,
  settings: LogSettings,
  say: Say,
): BatchDelivery<LogRecordProcessor> {
  const reports: DeliveryReport[] = [];
  const processors = settings.exporters.map((name) => {
    if (name === "console")
      return new SimpleLogRecordProcessor({ exporter: createConsoleExporter(logLines) });
    const exporter = createLateExporter(env, settings, "LOGS");
    const report = reporting(exporter, settings.signal, describeEndpoint(env, settings), say);
    reports.push(report);
    const options = { exporter, ...withoutUndefined(settings.batch) };
    return report.following(oneAfterTheOther(new BatchLogRecordProcessor(options)), "onEmit");
  });
  return { processors, ...allOf(reports) };
}

/**
 * A flush or shutdown during another one resolves at once, and data recorded since the first one began would be lost,
 * such as the end of a session. So they wait for each other. In place.
 */
export function oneAfterTheOther<Processor extends LogRecordProcessor>(processor: Processor): Processor {
  let last = Promise.resolve();
  for (const method of ["forceFlush", "shutdown"] as const) {
    const original = processor[method].bind(processor);
    processor[method] = () => {
      const done = last.then(() => original());
      last = done.catch(() => undefined); // the caller gets the error
      return done;
    };
  }
  return processor;
}
