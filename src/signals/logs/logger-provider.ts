/**
 * The logs API, of either line: up to 2.x it is a separate package (`@opentelemetry/api-logs`), from 3.x on a part of
 * `@opentelemetry/api` 1.10. Both keep the registered provider on the global object, where this file reads it.
 * Neither is loaded, and the application may use either.
 */
import type { Context } from "@opentelemetry/api";

/** As in the logs data model. https://opentelemetry.io/docs/specs/otel/logs/data-model/ */
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
  /** Missing before 0.208. */
  enabled?(options: { readonly severityNumber: number; readonly eventName?: string }): boolean;
}

export interface LoggerProvider {
  getLogger(name: string, version?: string): Logger;
}

/** Of `@opentelemetry/api`, all its signals. */
const API = Symbol.for("opentelemetry.js.api.1");
/** Of `@opentelemetry/api-logs`: a function that takes a version of that API and returns the provider. */
const LOGS_API = Symbol.for("io.opentelemetry.js.api.logs");
const LOGS_API_VERSION = 1;

interface Registered {
  readonly [API]?: { readonly logs?: LoggerProvider };
  readonly [LOGS_API]?: (version: number) => LoggerProvider;
}

/** The provider that is currently registered; `undefined` where there is none. */
export function registeredLoggerProvider(): LoggerProvider | undefined {
  const globals = globalThis as Registered;
  return globals[API]?.logs ?? globals[LOGS_API]?.(LOGS_API_VERSION);
}
