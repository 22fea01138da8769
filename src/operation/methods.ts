import { isObject } from "./message.ts";

const UNSUPPORTED_VERSION = -32022;

/**
 * What is special about a method. A method without a row is an ordinary one: a request or a notification, a span each.
 * Sources: MCP `schema.ts` of every revision 2024-11-05 to 2026-07-28; semantic conventions for MCP.
 */
export interface MethodRow {
  /** The message names one of these in `params.name`; a known name follows the method in the span's name. */
  readonly target?: "tool" | "prompt";
  /** The message names a resource in `params.uri`. */
  readonly uri?: true;
  /** What becomes of it, where that is not a span of its own. */
  readonly signal?: "progress" | "log";
  /** The result lists these names, which are known from then on. */
  readonly lists?: "tool" | "prompt";
  /**
   * The message of its JSON-RPC error is content unless the protocol itself refused the request: it is what the code of a tool, a
   * prompt, a model or a user interface threw.
   */
  readonly errorIsContent?: true;
  /** The request stays open as long as its stream; its span ends when this notification arrives. */
  readonly endsAt?: "notifications/subscriptions/acknowledged";
  /** Whether an error with this code and data is how a peer of another revision declines; the two then agree on one. */
  readonly declinedBy?: (code: number, data: unknown) => boolean;
  /** A server that does not know it may decline by HTTP alone, for want of a session. */
  readonly probes?: true;
  /** The message or its answer says how far a task has come, or what became of it. */
  readonly task?: "status" | "result";
}

/** Unknown method, invalid request and parameters, no session yet; 2026-07-28: unsupported protocol version. */
const NOT_SPOKEN: ReadonlySet<number> = new Set([-32601, -32600, -32602, -32000, UNSUPPORTED_VERSION]);

/** Up to 2025-11-25 a server names the versions that it supports in the error's data. */
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

/** The row of a method. One that the protocol does not name is the application's, and so are its errors. */
export function methodRow(method: string): MethodRow {
  return METHODS.get(method) ?? CONTENT;
}
