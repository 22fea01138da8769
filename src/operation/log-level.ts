/**
 * The levels of a log line, and OpenTelemetry's severity of each.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */

import type { LogLevel } from "../settings/config.ts";

export const SEVERITY: Readonly<Record<LogLevel, number>> = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17 };

/**
 * The eight levels of MCP's `notifications/message`, which are syslog's.
 * Source: the mapping of syslog in the OpenTelemetry logs data model, appendix B.
 */
const MCP_SEVERITY: Readonly<Record<string, number>> = {
  debug: 5,
  info: 9,
  notice: 10, // INFO2
  warning: 13,
  error: 17,
  critical: 18, // ERROR2
  alert: 19, // ERROR3
  emergency: 21, // FATAL
};

/** The severity of an MCP log level; for an unknown level, that of `info`. */
export function severityOf(mcpLevel: unknown): number {
  return typeof mcpLevel === "string" && Object.hasOwn(MCP_SEVERITY, mcpLevel)
    ? (MCP_SEVERITY[mcpLevel] ?? SEVERITY.INFO)
    : SEVERITY.INFO;
}

/** The level that contains a severity. */
export function levelOf(severity: number): LogLevel {
  if (severity >= SEVERITY.ERROR) return "ERROR";
  if (severity >= SEVERITY.WARN) return "WARN";
  return severity >= SEVERITY.INFO ? "INFO" : "DEBUG";
}
