/** Values that a peer, a user's transport or a broken SDK might hand over where a message or a part of one is expected. */
export const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  7n,
  "",
  "\u0000\ud800 lone surrogate",
  "x".repeat(1_000_000),
  Symbol("s"),
  () => undefined,
  function () {},
  [],
  [[]],
  Array(3),
  {},
  Object.create(null),
  new Map(),
  new Date(Number.NaN),
  new Error("no"),
  Object.freeze({}),
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  cyclic(),
];

/** Values that `JSON.parse` never makes; the hooks catch their effects. */
export const BOOBY_TRAPS: readonly object[] = [
  Object.defineProperty({}, "method", { get: bang, enumerable: true }),
  Object.defineProperty({ jsonrpc: "2.0", id: 1, method: "tools/call" }, "params", {
    get: bang,
    enumerable: true,
  }),
  {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: Object.defineProperty({}, "_meta", { get: bang, enumerable: true }),
  },
  { jsonrpc: "2.0", id: 1, result: Object.defineProperty({}, "isError", { get: bang, enumerable: true }) },
  new Proxy(
    {},
    { get: bang, has: bang, ownKeys: bang, getOwnPropertyDescriptor: bang, getPrototypeOf: bang },
  ),
];

/** Messages with a hostile value in every place that mcp-otelkit reads. */
export function hostileMessages(value: unknown): unknown[] {
  const params = {
    name: value,
    uri: value,
    requestId: value,
    progressToken: value,
    progress: value,
    clientInfo: value,
    _meta: value,
  };
  return [
    value,
    { jsonrpc: value, id: value, method: value, params: value, result: value, error: value },
    ...METHODS.flatMap((method) => [
      { jsonrpc: "2.0", id: 1, method, params: value },
      { jsonrpc: "2.0", id: 1, method, params },
      { jsonrpc: value, id: value, method, params: { ...params, _meta: { ...META(value) } } },
      { jsonrpc: "2.0", method, params },
    ]),
    { jsonrpc: "2.0", id: 1, result: value },
    {
      jsonrpc: "2.0",
      id: 1,
      result: { isError: value, resultType: value, tools: value, serverInfo: value, _meta: META(value) },
    },
    { jsonrpc: "2.0", id: 1, result: { tools: [value, { name: value }] } },
    { jsonrpc: "2.0", id: 1, error: value },
    { jsonrpc: "2.0", id: 1, error: { code: value, message: value, data: value } },
  ];
}

const METHODS = [
  "initialize",
  "tools/call",
  "tools/list",
  "resources/read",
  "prompts/get",
  "notifications/cancelled",
  "notifications/progress",
];

const META = (value: unknown) => ({
  traceparent: value,
  tracestate: value,
  baggage: value,
  progressToken: value,
  "io.modelcontextprotocol/protocolVersion": value,
  "io.modelcontextprotocol/clientInfo": { name: value, version: value },
  "io.modelcontextprotocol/serverInfo": value,
  "io.modelcontextprotocol/subscriptionId": value,
});

function bang(): never {
  throw new Error("booby trap");
}

function cyclic(): object {
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  loop["params"] = loop;
  loop["_meta"] = loop;
  return loop;
}
