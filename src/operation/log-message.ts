import type { LogLevel } from "../settings/config.ts";
import * as semconv from "../semconv.ts";
import type { Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";

/** What is said of an operation in the log, and how loudly. */
export interface LogMessage {
  readonly level: LogLevel;
  readonly event: string;
  readonly message: string;
}

/** What people call it, and the level at which its good end is logged. A method without a row is plumbing. */
const SUBJECTS: Readonly<Record<string, { readonly noun: string; readonly completed: LogLevel }>> = {
  "tools/call": { noun: "Tool call", completed: "INFO" },
  "resources/read": { noun: "Resource read", completed: "INFO" },
  "prompts/get": { noun: "Prompt request", completed: "INFO" },
};
const REQUEST = { noun: "Request", completed: "DEBUG" } as const;
const NOTIFICATION = { noun: "Notification", completed: "DEBUG" } as const;

/** What the caller or the tool answers for; anything else that goes wrong is the server's or the connection's failure. */
const WARNINGS: ReadonlySet<string> = new Set([
  semconv.ERROR_TYPE_TOOL_ERROR,
  semconv.ERROR_TYPE_CANCELLED,
  "-32700",
  "-32600",
  "-32601",
  "-32602",
  "-32002",
]);

/** An operation has begun. Notifications are over as soon as they have begun, and are told of at their end alone. */
export function describeStart(operation: Operation): LogMessage | undefined {
  const { noun } = rowOf(operation);
  if (noun === NOTIFICATION.noun) return undefined;
  return { level: "DEBUG", event: semconv.EVENT_OPERATION_STARTED, message: `${noun} started` };
}

/** The level of an operation's end; asked alone first, so that nothing is built for what is not logged. */
export function levelOfEnd(operation: Operation, outcome: Outcome, slow: boolean): LogLevel {
  if (outcome.negotiated === true) return "DEBUG";
  const code = outcome.errorType ?? outcome.statusCode;
  if (code !== undefined) return WARNINGS.has(code) ? "WARN" : "ERROR";
  if (slow && outcome.cancelled !== true) return "WARN";
  return rowOf(operation).completed;
}

/** How an operation ended. */
export function describeEnd(operation: Operation, outcome: Outcome, slow: boolean): LogMessage {
  const { noun } = rowOf(operation);
  const level = levelOfEnd(operation, outcome, slow);
  if (outcome.negotiated === true)
    return { level, event: semconv.EVENT_OPERATION_COMPLETED, message: "Protocol revision negotiated" };
  if (outcome.cancelled === true || outcome.errorType === semconv.ERROR_TYPE_CANCELLED)
    return { level, event: semconv.EVENT_OPERATION_CANCELLED, message: `${noun} cancelled` };
  if (outcome.errorType !== undefined || outcome.statusCode !== undefined)
    return { level, event: semconv.EVENT_OPERATION_FAILED, message: `${noun} failed` };
  const message = slow ? `Slow ${noun.toLowerCase()}` : `${noun} completed`;
  return { level, event: semconv.EVENT_OPERATION_COMPLETED, message };
}

function rowOf(operation: Operation): { readonly noun: string; readonly completed: LogLevel } {
  const { method, attributes } = operation;
  if (Object.hasOwn(SUBJECTS, method)) return SUBJECTS[method] ?? REQUEST;
  return attributes[semconv.ATTR_JSONRPC_REQUEST_ID] === undefined ? NOTIFICATION : REQUEST;
}
