import { context, diag } from "@opentelemetry/api";
import type { LogLevel } from "../../settings/config.ts";
import { describeFault } from "../../output/describe-fault.ts";
import { SEVERITY } from "../../operation/log-level.ts";
import { isObject } from "../../operation/message.ts";
import { classNameOf } from "../../operation/class-name.ts";
import { ownNames, ownValue } from "../../privacy/own-properties.ts";
import { serialise, serialiseText } from "../../privacy/redact.ts";
import * as semconv from "../../semconv.ts";
import { createEmitter, type LogsSource } from "./logs.ts";
import { runningOperation } from "../spans/running-operation.ts";

/** Further fields of a log line. Secret-looking names and values are redacted; an `Error` becomes its message and class. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger for the application's own code. Never throws, and never writes to stdout. */
export interface McpLogger {
  debug(message: string, fields?: LogFields | Error): void;
  info(message: string, fields?: LogFields | Error): void;
  warn(message: string, fields?: LogFields | Error): void;
  error(message: string, fields?: LogFields | Error): void;
}

/** The limit on a line's message and on its fields, in characters. Loki refuses lines above 256 kB by default. */
const LIMIT = 32_768;

/** The fields of the running operation on a line of the application's logger. */
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

  function log(level: LogLevel, message: unknown, fields: LogFields | Error = {}): void {
    try {
      if (!emitter.hears(level)) return;
      const current = context.active();
      const running = runningOperation(current);
      const own = readable(fields);
      emitter.emit(
        {
          severity: SEVERITY[level],
          message:
            serialiseText(isError(message) ? message.message : message, "message", { limit: LIMIT }) ?? "",
          server: name,
          version: version === "" ? running?.version : version,
          attributes: { ...pick(running?.attributes ?? {}), ...flat(own) },
          context: current,
        },
        own,
      );
    } catch (error) {
      // A log line must never make the application's call fail.
      diag.error(`a log line of "${name}" could not be written: ${describeFault(error)}`);
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
function readable(fields: LogFields | Error): Readonly<Record<string, unknown>> {
  // Without a prototype: a field may be called `constructor` or `__proto__`.
  const told = Object.create(null) as Record<string, unknown>;
  const given = isError(fields) ? { error: fields } : fields; // `logger.error("…", error)` is a common form
  for (const name of ownNames(given) ?? []) {
    const value = ownValue(given, name); // without running the getters of the given object
    if (isError(value)) {
      told[name] = ownValue(value, "message");
      told["error_type"] ??= classNameOf(value);
    } else told[name] = typeof value === "bigint" ? exact(value) : value;
  }
  const clean: unknown = JSON.parse(serialise(told, "fields", { limit: LIMIT }) ?? "{}");
  return isObject(clean) ? clean : {};
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false; // a revoked Proxy cannot be read
  }
}

/** JSON's numbers have the limits of JavaScript's. */
function exact(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** Attributes that every back end can store. */
function flat(fields: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const attributes = Object.create(null) as Record<string, string | number | boolean>;
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    attributes[(Object.hasOwn(ATTRIBUTE_OF, name) ? ATTRIBUTE_OF[name] : undefined) ?? name] =
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? value
        : JSON.stringify(value);
  }
  return attributes;
}

/** Fields whose name on a line differs from OpenTelemetry's. */
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
