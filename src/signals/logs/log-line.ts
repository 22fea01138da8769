import { trace, type Context } from "@opentelemetry/api";
import { levelOf } from "../../operation/log-level.ts";
import * as semconv from "../../semconv.ts";

/** A log entry, before it becomes a record, a line, or both. */
export interface LogEntry {
  readonly severity: number;
  readonly message: string;
  /** The event's name; lines from the application's logger have none. */
  readonly event?: string;
  readonly server: string | undefined;
  readonly version: string | undefined;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** The context with its trace and span. */
  readonly context: Context;
}

/** The field names of attributes on a line, in the order of the line; an attribute without a row is only on the record. */
const FIELDS: readonly (readonly [attribute: string, field: string])[] = [
  [semconv.ATTR_MCP_METHOD_NAME, "method"],
  [semconv.ATTR_GEN_AI_TOOL_NAME, "tool"],
  [semconv.ATTR_GEN_AI_PROMPT_NAME, "prompt"],
  [semconv.ATTR_MCP_RESOURCE_TEMPLATE, "resource_template"],
  [semconv.ATTR_JSONRPC_REQUEST_ID, "request_id"],
  [semconv.ATTR_MCP_SESSION_ID, "session_id"],
  [semconv.ATTR_MCP_SIDE, "side"],
  [semconv.ATTR_MCP_LOG_LOGGER, "logger"],
  [semconv.ATTR_MCP_CLIENT_NAME, "client"],
  [semconv.ATTR_MCP_CLIENT_VERSION, "client_version"],
  [semconv.ATTR_MCP_DURATION_MS, "duration_ms"],
  [semconv.ATTR_ERROR_TYPE, "error_type"],
  [semconv.ATTR_RPC_RESPONSE_STATUS_CODE, "status_code"],
];

/** One JSON object: the guide's format, with the trace and span. */
export function renderLine(
  entry: LogEntry,
  timestamp: Date,
  own: Readonly<Record<string, unknown>> = {},
): string {
  const { severity, message, server, version, attributes, context } = entry;
  const span = trace.getSpanContext(context);
  const fields: Record<string, unknown> = {
    timestamp: timestamp.toISOString(),
    level: levelOf(severity),
    server,
    version,
    message,
  };
  for (const [attribute, field] of FIELDS)
    if (attributes[attribute] !== undefined) fields[field] = attributes[attribute];
  for (const [field, value] of Object.entries(own)) if (!FIXED.has(field)) fields[field] = value;
  if (span !== undefined && trace.isSpanContextValid(span)) {
    fields["trace_id"] = span.traceId;
    fields["span_id"] = span.spanId;
  }
  return JSON.stringify(fields);
}

/** Fields that identify a line; the user's own fields cannot replace them. */
const FIXED: ReadonlySet<string> = new Set(["timestamp", "level", "message", "trace_id", "span_id"]);
