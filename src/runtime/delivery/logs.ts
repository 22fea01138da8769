import type { LogRecordExporter, LogRecordProcessor, ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { LogSettings } from "../../settings/otel-settings.ts";
import { OTLP_PACKAGES, otlpOptions, withoutUndefined } from "./otlp.ts";
import { loadOfSdk } from "../otel/packages.ts";
import { writeToStderr, type Say } from "../../output/diagnostics.ts";
import { allOf, describeEndpoint, tellingOnce, type Told } from "./reporting-exporter.ts";

/** How log records leave the process. */
export interface LogDelivery extends Told {
  readonly processors: LogRecordProcessor[];
}

/** Where log records go, each destination with how it is fed: OTLP in batches, the console at once. */
export function createLogDelivery(env: NodeJS.ProcessEnv, settings: LogSettings, say: Say): LogDelivery {
  const { BatchLogRecordProcessor, SimpleLogRecordProcessor } = loadOfSdk("@opentelemetry/sdk-logs");
  const told: Told[] = [];
  const processors = settings.exporters.map((name) => {
    if (name === "console") return new SimpleLogRecordProcessor({ exporter: createStderrLogExporter() });
    const exporter = createOtlpLogExporter(env, settings);
    const tale = tellingOnce(exporter, settings.signal, describeEndpoint(env, settings), say);
    told.push(tale);
    const processor = new BatchLogRecordProcessor({ exporter, ...withoutUndefined(settings.batch) });
    return tale.following(oneAfterTheOther(processor), "onEmit");
  });
  return { processors, ...allOf(told) };
}

/**
 * A flush that comes while another is under way is over at once, and so is a shutdown: what was recorded since the first one
 * began would be lost, such as the end of a session. So they wait for each other. In place.
 */
export function oneAfterTheOther<Processor extends LogRecordProcessor>(processor: Processor): Processor {
  let last = Promise.resolve();
  for (const method of ["forceFlush", "shutdown"] as const) {
    const original = processor[method].bind(processor);
    processor[method] = () => {
      const done = last.then(() => original());
      last = done.catch(() => undefined); // told to whoever asked for it
      return done;
    };
  }
  return processor;
}

/** Of `@opentelemetry/api-logs`: a function that is asked for the provider, by the version of that API. */
const LOGS_API = Symbol.for("io.opentelemetry.js.api.logs");
const LOGS_API_VERSION = 1;

/**
 * The 3.x line keeps its logger provider in `@opentelemetry/api`; what was made for the 2.x line looks for it where
 * `@opentelemetry/api-logs` keeps it. The two do not know of each other, and take the same records. By hand, since that
 * package is not there with the 3.x line, unless somebody brings it.
 */
export function bridgeLogsApis(): void {
  const { logs } = loadOfSdk("@opentelemetry/api") as { logs?: { getLoggerProvider(): unknown } };
  if (logs === undefined) return;
  const globals = globalThis as Record<symbol, unknown>;
  globals[LOGS_API] ??= (version: number) =>
    version === LOGS_API_VERSION ? logs.getLoggerProvider() : undefined;
}

function createOtlpLogExporter(env: NodeJS.ProcessEnv, settings: LogSettings): LogRecordExporter {
  const options = otlpOptions(env, settings);
  const { OTLPLogExporter } = loadOfSdk(OTLP_PACKAGES.LOGS[settings.protocol]);
  return new OTLPLogExporter(options);
}

/** The `console` exporter: one JSON object a line, on stderr. OpenTelemetry's own writes to stdout. */
function createStderrLogExporter(): LogRecordExporter {
  return {
    export(records, done) {
      for (const record of records) writeToStderr(`${toLine(describeLogRecord(record))}\n`);
      done({ code: 0 });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function describeLogRecord(record: ReadableLogRecord): Record<string, unknown> {
  const [seconds, nanoseconds] = record.hrTime;
  return {
    log: record.instrumentationScope.name,
    time: new Date(seconds * 1000 + nanoseconds / 1e6).toISOString(),
    severityText: record.severityText,
    severityNumber: record.severityNumber,
    eventName: record.eventName,
    body: record.body,
    traceId: record.spanContext?.traceId,
    spanId: record.spanContext?.spanId,
    attributes: record.attributes,
  };
}

/** The SDK takes any body and, on the 3.x line, any attribute: JSON does not. */
function toLine(described: Record<string, unknown>): string {
  try {
    return JSON.stringify(described, (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
  } catch {
    return JSON.stringify({ ...described, body: "[not JSON]", attributes: {} }); // cyclic, or with a getter that throws
  }
}
