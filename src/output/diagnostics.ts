import { diag, type DiagLogger } from "@opentelemetry/api";
import { classNameOf } from "../operation/class-name.ts";
import { say, SILENT } from "./say.ts";

/**
 * Writes OpenTelemetry's diagnostics to stderr, each warning or error once. Its console logger writes info and debug
 * to stdout.
 */
export function logDiagnosticsToStderr(level: number): void {
  diag.setLogger(createStderrLogger(), { logLevel: level, suppressOverrideMessage: true });
}

/**
 * What is printed of each part of a message. Below a warning, errors often come from the application's own requests,
 * and their text is the application's: there only the class is printed.
 */
const PRINTED = {
  error: oneLine,
  warn: oneLine,
  info: classOnly,
  debug: classOnly,
  verbose: classOnly,
} as const;

/**
 * How many warnings and errors are remembered. Three exporters read the same variable, and a timer fails each time it
 * runs.
 */
const REMEMBERED = 100;

export function createStderrLogger(): DiagLogger {
  const said = new Set<string>();
  const log =
    (level: keyof typeof PRINTED) =>
    (message: string, ...details: unknown[]): void => {
      if (COUNTED.test(message)) return;
      const line = `${level}: ${[message, ...details].map(PRINTED[level]).join(" ")}${aboutWhat(message)}`;
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

/**
 * Full queues log this for every batch while a collector is unreachable. That has been reported already, and the
 * losses are counted.
 */
const COUNTED = /^Dropped \d+ .* because maxQueueSize reached/;

/** Messages of OpenTelemetry that do not name the variable that causes them. */
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
    return `(${typeof value} that JSON cannot represent)`; // cyclic, or with a getter that throws
  }
}

/** The part of the API object through which an SDK replaces its logger. */
interface DiagApi {
  setLogger(logger: DiagLogger, options?: unknown): boolean;
}

/**
 * Runs code that would install OpenTelemetry's console logger, and installs mcp-otelkit's logger instead. NodeSDK
 * installs the console logger whenever `OTEL_LOG_LEVEL` is set, `startNodeSdk` always, and from then on info and
 * debug go to stdout.
 * @param api the API object that the code uses, possibly of another copy of the API
 * @param level the level of mcp-otelkit; the level that the code sets applies, unless this one is none
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
