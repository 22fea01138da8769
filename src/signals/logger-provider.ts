/**
 * The logs API, of either line: up to 2.x it is a package of its own (`@opentelemetry/api-logs`), from 3.x on a part of
 * `@opentelemetry/api` 1.10. Both keep what is registered on the global object, which is all that is needed here, so
 * neither is loaded and the application may bring whichever it likes.
 */
import type { Context } from "@opentelemetry/api";

/** As the logs data model has it. https://opentelemetry.io/docs/specs/otel/logs/data-model/ */
export interface LogRecord {
  readonly eventName?: string;
  readonly timestamp: Date;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly context?: Context;
}

export interface Logger {
  emit(record: LogRecord): void;
  /** Not there before 0.208. */
  enabled?(options: { readonly severityNumber: number; readonly eventName?: string }): boolean;
}

export interface LoggerProvider {
  getLogger(name: string, version?: string): Logger;
}

/** Of `@opentelemetry/api`, all its signals. */
const API = Symbol.for("opentelemetry.js.api.1");
/** Of `@opentelemetry/api-logs`: a function that is asked for a version of that API. */
const LOGS_API = Symbol.for("io.opentelemetry.js.api.logs");
const LOGS_API_VERSION = 1;

interface Registered {
  readonly [API]?: { readonly logs?: LoggerProvider };
  readonly [LOGS_API]?: (version: number) => LoggerProvider;
}

/** The provider that is registered by now; `undefined` where nobody takes log records. */
export function registeredLoggerProvider(): LoggerProvider | undefined {
  const globals = globalThis as Registered;
  return globals[API]?.logs ?? globals[LOGS_API]?.(LOGS_API_VERSION);
}
