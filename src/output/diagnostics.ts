import { diag, type DiagLogger } from "@opentelemetry/api";
import { classNameOf } from "../operation/class-name.ts";
import { say, SILENT } from "./say.ts";

/** Sends OpenTelemetry's own diagnostics to stderr, the same warning or error once. Its console logger writes info and debug to stdout. */
export function logDiagnosticsToStderr(level: number): void {
  diag.setLogger(createStderrLogger(), { logLevel: level, suppressOverrideMessage: true });
}

/**
 * What is made of each part of a message. Below a warning, errors are those of the application's own requests as often as
 * not, and what they say is the application's: there the class has to do.
 */
const TOLD = {
  error: oneLine,
  warn: oneLine,
  info: classOnly,
  debug: classOnly,
  verbose: classOnly,
} as const;

/** Of warnings and errors. Three exporters read the same variable, and a timer fails as often as it runs. */
const REMEMBERED = 100;

export function createStderrLogger(): DiagLogger {
  const said = new Set<string>();
  const log =
    (level: keyof typeof TOLD) =>
    (message: string, ...details: unknown[]): void => {
      if (COUNTED.test(message)) return;
      const line = `${level}: ${[message, ...details].map(TOLD[level]).join(" ")}${aboutWhat(message)}`;
      if (said.has(line)) return;
      if ((level === "error" || level === "warn") && said.size < REMEMBERED) said.add(line);
      say(line);
    };
  return {
    error: log("error"),
    warn: log("warn"),
    info: log("info"),
    debug: log("debug"),
    verbose: log("verbose"),
  };
}

/** Said by full queues for every batch, while a collector is gone. That it is gone has been told, the rest is counted. */
const COUNTED = /^Dropped \d+ .* because maxQueueSize reached/;

/** Messages of OpenTelemetry's that do not name the variable they are about. */
const ABOUT: readonly (readonly [message: RegExp, variable: string])[] = [
  [/^Could not \w+ OpenTelemetry (configuration|SDK from configuration)/, "OTEL_CONFIG_FILE"],
  [/^Propagator .* requested through environment variable/, "OTEL_PROPAGATORS"],
  [/^Unknown log level/, "OTEL_LOG_LEVEL"],
  [/^Failed to read root certificate/, "OTEL_EXPORTER_OTLP_CERTIFICATE"],
  [/^Failed to read client certificate private key/, "OTEL_EXPORTER_OTLP_CLIENT_KEY"],
  [/^Failed to read client certificate chain/, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"],
];

function aboutWhat(message: string): string {
  const row = ABOUT.find(([pattern]) => pattern.test(message));
  return row === undefined ? "" : ` (${row[1]})`;
}

function classOnly(value: unknown): string {
  return value instanceof Error ? classNameOf(value) : oneLine(value);
}

function oneLine(value: unknown): string {
  if (value instanceof Error)
    return value.stack === undefined ? value.message : value.stack.replaceAll(/\s*\n\s*/g, " | ");
  const text = typeof value === "string" ? value : safeJson(value);
  return text.replaceAll(/\s*\n\s*/g, " ");
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return `(${typeof value} that JSON cannot tell)`; // cyclic, or with a getter that throws
  }
}

/** The part of the API object that an SDK replaces its logger through. */
interface DiagApi {
  setLogger(logger: DiagLogger, options?: unknown): boolean;
}

/**
 * Runs code that would install OpenTelemetry's console logger, and gives it ours in its place. NodeSDK does so whenever
 * `OTEL_LOG_LEVEL` is set, `startNodeSdk` always, and from that moment info and debug go to stdout.
 * @param api the API object that code uses, which may be another copy than ours
 * @param level ours; what the code asks for counts, unless this is none
 */
export function keepingDiagnosticsOffStdout<T>(api: DiagApi, level: number, start: () => T): T {
  const own = Object.getOwnPropertyDescriptor(api, "setLogger");
  const { setLogger } = api;
  api.setLogger = (_logger, options) =>
    setLogger.call(api, createStderrLogger(), {
      ...(options as object | undefined),
      ...(level === SILENT && { logLevel: level }),
      suppressOverrideMessage: true,
    });
  try {
    return start();
  } finally {
    if (own === undefined) delete (api as Partial<DiagApi>).setLogger;
    else Object.defineProperty(api, "setLogger", own);
  }
}
