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
  ["initialize", ORDINARY],
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
  ["tasks/get", ORDINARY],
  ["tasks/result", CONTENT],
  ["tasks/list", ORDINARY],
  ["tasks/cancel", ORDINARY],
  ["notifications/tasks/status", ORDINARY],
  // from 2026-07-28
  ["server/discover", ORDINARY],
  ["subscriptions/listen", { endsAt: "notifications/subscriptions/acknowledged" }],
  ["notifications/subscriptions/acknowledged", ORDINARY],
]);

/** The row of a method. One that the protocol does not name is the application's, and so are its errors. */
export function methodRow(method: string): MethodRow {
  return METHODS.get(method) ?? CONTENT;
}
