import { context, diag } from "@opentelemetry/api";
import type { LogLevel } from "../config.ts";
import { SEVERITY } from "../operation/log-level.ts";
import { isObject } from "../operation/message.ts";
import { classNameOf } from "../operation/outcome.ts";
import { ownNames, ownValue } from "../operation/own.ts";
import { serialise, serialiseText } from "../operation/redact.ts";
import * as semconv from "../semconv.ts";
import { createEmitter, type LogsSource } from "./logs.ts";
import { runningOperation } from "./running-operation.ts";

/** Further fields of a log line. Secret-looking names and values are redacted; an `Error` becomes its message and class. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger for the application's own code. Never throws, and never writes to stdout. */
export interface McpLogger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What a line may hold in its message and in its fields, in characters. Loki refuses lines above 256 kB by default. */
const LIMIT = 32_768;

/** What of the running operation a line of the user's own says. */
const CORRELATION = [
  semconv.ATTR_MCP_METHOD_NAME,
  semconv.ATTR_GEN_AI_TOOL_NAME,
  semconv.ATTR_GEN_AI_PROMPT_NAME,
  semconv.ATTR_JSONRPC_REQUEST_ID,
  semconv.ATTR_MCP_SESSION_ID,
];

export function createUserLogger(source: LogsSource): McpLogger {
  const emitter = createEmitter(source);
  const { name, version } = source.scope;

  function log(level: LogLevel, message: string, fields: LogFields = {}): void {
    try {
      if (!emitter.hears(level)) return;
      const current = context.active();
      const running = runningOperation(current);
      const own = readable(fields);
      emitter.emit(
        {
          severity: SEVERITY[level],
          message: serialiseText(message, "message", { limit: LIMIT }) ?? "",
          server: name,
          version: version === "" ? running?.version : version,
          attributes: { ...pick(running?.attributes ?? {}), ...flat(own) },
          context: current,
        },
        own,
      );
    } catch (error) {
      // A log line is never worth the call it is written in.
      diag.error(`a log line of "${name}" could not be written`, error);
    }
  }

  return {
    debug: (message, fields) => log("DEBUG", message, fields),
    info: (message, fields) => log("INFO", message, fields),
    warn: (message, fields) => log("WARN", message, fields),
    error: (message, fields) => log("ERROR", message, fields),
  };
}

/** The fields as plain data, bounded and without secrets. */
function readable(fields: LogFields): Readonly<Record<string, unknown>> {
  const told: Record<string, unknown> = {};
  for (const name of ownNames(fields) ?? []) {
    const value = ownValue(fields, name); // without running the getters of whatever was handed over
    if (value instanceof Error) {
      told[name] = value.message;
      told["error_type"] ??= classNameOf(value);
    } else told[name] = value;
  }
  const clean: unknown = JSON.parse(serialise(told, "fields", { limit: LIMIT }) ?? "{}");
  return isObject(clean) ? clean : {};
}

/** As attributes, of which every back end can hold the simple ones. */
function flat(fields: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const attributes: Record<string, string | number | boolean> = {};
  for (const name of ownNames(fields) ?? []) {
    const value = ownValue(fields, name); // without running the getters of whatever was handed over
    if (value === null) continue;
    attributes[ATTRIBUTE_OF[name] ?? name] =
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? value
        : JSON.stringify(value);
  }
  return attributes;
}

/** What a line calls by another name than OpenTelemetry does. */
const ATTRIBUTE_OF: Readonly<Record<string, string>> = {
  tool: semconv.ATTR_GEN_AI_TOOL_NAME,
  request_id: semconv.ATTR_JSONRPC_REQUEST_ID,
  session_id: semconv.ATTR_MCP_SESSION_ID,
  duration_ms: semconv.ATTR_MCP_DURATION_MS,
  error_type: semconv.ATTR_ERROR_TYPE,
};

function pick(attributes: Readonly<Record<string, string | number>>): Record<string, string | number> {
  const picked: Record<string, string | number> = {};
  for (const name of CORRELATION) if (attributes[name] !== undefined) picked[name] = attributes[name];
  return picked;
}
