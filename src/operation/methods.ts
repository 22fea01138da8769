import { isObject } from "./message.ts";

const UNSUPPORTED_VERSION = -32022;

/**
 * How a method differs from the rule. A method without a row is an ordinary request or notification, with one span.
 * Sources: MCP `schema.ts` of every revision 2024-11-05 to 2026-07-28; semantic conventions for MCP.
 */
export interface MethodRow {
  /** The message has the name of one of these in `params.name`; a known name follows the method in the span's name. */
  readonly target?: "tool" | "prompt";
  /** The message has a resource's URI in `params.uri`. */
  readonly uri?: true;
  /** The signal that it becomes instead of a span. */
  readonly signal?: "progress" | "log";
  /** The result lists these names, which are then known. */
  readonly lists?: "tool" | "prompt";
  /**
   * The message of its JSON-RPC error is content, whatever its code: what the code of a tool, a prompt, a model or a user interface
   * threw, and that throws the codes of the protocol as well.
   */
  readonly errorIsContent?: true;
  /** The request stays open as long as its stream; its span ends when this notification arrives. */
  readonly endsAt?: "notifications/subscriptions/acknowledged";
  /** Whether an error with this code and data means that the peer has another revision; the two then agree on one. */
  readonly declinedBy?: (code: number, data: unknown) => boolean;
  /** A server without this method may refuse it by HTTP alone, because a session is missing. */
  readonly probes?: true;
  /** The message or its answer has the status of a task, or its result. */
  readonly task?: "status" | "result";
}

/** Unknown method, invalid request and parameters, no session yet; 2026-07-28: unsupported protocol version. */
const NOT_SPOKEN: ReadonlySet<number> = new Set([-32601, -32600, -32602, -32000, UNSUPPORTED_VERSION]);

/** Up to 2025-11-25 a server lists the versions that it supports in the error's data. */
function isOtherVersion(code: number, data: unknown): boolean {
  return (
    code === UNSUPPORTED_VERSION || (code === -32602 && isObject(data) && Array.isArray(data["supported"]))
  );
}

const ORDINARY: MethodRow = {};
const CONTENT: MethodRow = { errorIsContent: true };

export const METHODS: ReadonlyMap<string, MethodRow> = new Map<string, MethodRow>([
  // every revision
  ["tools/list", { lists: "tool" }],
  ["tools/call", { target: "tool", errorIsContent: true }],
  ["prompts/list", { lists: "prompt" }],
  ["prompts/get", { target: "prompt", errorIsContent: true }],
  ["resources/list", ORDINARY],
  ["resources/templates/list", ORDINARY],
  ["resources/read", { uri: true }],
  ["completion/complete", CONTENT],
  ["notifications/cancelled", ORDINARY],
  ["notifications/progress", { signal: "progress" }],
  ["notifications/message", { signal: "log" }],
  ["notifications/resources/updated", { uri: true }],
  ["notifications/resources/list_changed", ORDINARY],
  ["notifications/prompts/list_changed", ORDINARY],
  ["notifications/tools/list_changed", ORDINARY],
  // before 2026-07-28
  ["initialize", { declinedBy: isOtherVersion }],
  ["notifications/initialized", ORDINARY],
  ["ping", ORDINARY],
  ["logging/setLevel", ORDINARY],
  ["resources/subscribe", { uri: true }],
  ["resources/unsubscribe", { uri: true }],
  ["sampling/createMessage", CONTENT],
  ["elicitation/create", CONTENT],
  ["notifications/elicitation/complete", ORDINARY],
  ["roots/list", ORDINARY],
  ["notifications/roots/list_changed", ORDINARY],
  ["tasks/get", { task: "status" }],
  ["tasks/result", { ...CONTENT, task: "result" }],
  ["tasks/list", ORDINARY],
  ["tasks/cancel", { task: "status" }],
  ["notifications/tasks/status", { task: "status" }],
  // from 2026-07-28
  ["server/discover", { declinedBy: (code) => NOT_SPOKEN.has(code), probes: true }],
  ["subscriptions/listen", { endsAt: "notifications/subscriptions/acknowledged" }],
  ["notifications/subscriptions/acknowledged", ORDINARY],
]);

/** The row of a method. A method outside the protocol is the application's, and so are its errors. */
export function methodRow(method: string): MethodRow {
  return METHODS.get(method) ?? CONTENT;
}
