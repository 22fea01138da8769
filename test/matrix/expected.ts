import { SDKS, WAYS, type Cell, type SdkName, type Way } from "./cells.ts";

/**
 * The spans that the conversation of `test/fixtures/conversations` makes, by the telemetry contract: one CLIENT span
 * where a message is sent, one SERVER span where it is received, an `error.type` where the contract says so.
 */
export interface Message {
  name: string;
  /** `error.type` of the CLIENT span (the sender's) and of the SERVER span (the receiver's). */
  client?: string;
  server?: string;
  /** The side that has a span, where the other cannot. */
  only?: "CLIENT" | "SERVER";
}

/** Where SDKs answer the same mistake differently: as a JSON-RPC error (the caller's fault) or as a failed result. */
const MISTAKES = {
  rpc: { client: "-32602" },
  result: { client: "tool_error", server: "tool_error" },
} as const;
const UNKNOWN_TOOL: Record<SdkName, keyof typeof MISTAKES> = {
  "v1-oldest": "rpc",
  "v1-latest": "result",
  "v2-oldest": "rpc",
  "v2-latest": "rpc",
};
const BAD_ARGUMENTS: Record<SdkName, keyof typeof MISTAKES> = {
  "v1-oldest": "rpc",
  "v1-latest": "result",
  "v2-oldest": "result",
  "v2-latest": "result",
};

export function expectedMessages(cell: Cell): Message[] {
  const { sdk, way } = cell;
  const modern = WAYS[way].era === "2026";
  const second = SDKS[sdk].generation === "v2";
  // Each request meets a server of its own: a question of the server could not be answered.
  const serverRequests = !modern && way !== "http-stateless";
  const call = (tool: string, outcome: Omit<Message, "name"> = {}): Message => ({
    name: `tools/call ${tool}`,
    ...outcome,
  });
  const asked = (tool: string, method: string): Message[] => [call(tool), { name: method }];
  const givenUp = (tool: string, client: string): Message[] => {
    const cancelled: Message = { name: "notifications/cancelled" };
    // The stream is the request: the client closes it and sends no notification.
    if (way === "handler") return [call(tool, { client })];
    // The notification meets another server; this one sees its connection end.
    if (way === "http-stateless") return [call(tool, { client, server: "connection_closed" }), cancelled];
    return [call(tool, { client }), cancelled];
  };
  return [
    ...(modern
      ? [{ name: "server/discover" }]
      : [{ name: "initialize" }, { name: "notifications/initialized" }, { name: "ping" }]),
    { name: "tools/list" },
    { name: "prompts/list" },
    call("add"),
    call("boom", MISTAKES.result),
    { name: "tools/call", ...MISTAKES[UNKNOWN_TOOL[sdk]] },
    call("add", MISTAKES[BAD_ARGUMENTS[sdk]]),
    { name: "resources/read" },
    { name: "resources/read", client: "-32602" },
    { name: "prompts/get greet" },
    { name: "_OTHER", client: "-32601" } /* an unknown method is no name */,
    ...(serverRequests
      ? [...asked("sample", "sampling/createMessage"), ...asked("roots", "roots/list")]
      : []),
    ...(serverRequests && sdk !== "v1-oldest" ? asked("elicit", "elicitation/create") : []),
    ...(serverRequests && second ? asked("ask", "elicitation/create") : []),
    ...(modern ? [call("ask"), call("ask")] : []),
    call("progress"),
    call("log"),
    ...givenUp("slow", "cancelled"),
    ...givenUp("stuck", "timeout"),
    ...(modern ? subscription(way) : []),
  ];
}

/** Opened and closed. Of HTTP's handler nobody but the client can tell: it answers these without a Protocol. */
function subscription(way: Way): Message[] {
  const unseen = (side: "CLIENT" | "SERVER") => (way === "handler" ? { only: side } : {});
  return [
    { name: "subscriptions/listen", ...unseen("CLIENT") },
    { name: "notifications/subscriptions/acknowledged", ...unseen("SERVER") },
    { name: "notifications/cancelled" },
  ];
}

export function expectedSpans(cell: Cell): string[] {
  return expectedMessages(cell).flatMap(({ name, client, server, only }) => [
    ...(only === "SERVER" ? [] : [spanLine("CLIENT", name, client)]),
    ...(only === "CLIENT" ? [] : [spanLine("SERVER", name, server)]),
  ]);
}

export function spanLine(kind: string, name: string, errorType?: string): string {
  return `${kind} ${name}${errorType === undefined ? "" : ` error.type=${errorType}`}`;
}
