// What a peer may send. `message` makes the n-th of a kind; `honest` names the kind that it is compared with.
const call = (at, name, more = {}) => ({
  id: at,
  method: "tools/call",
  params: { name, arguments: {}, ...more },
});
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const LONG = "x".repeat(200);
const BAGGAGE = Array.from({ length: 64 }, (_, at) => `key${at}=${"v".repeat(110)}`).join(",");
const STATE = Array.from({ length: 32 }, (_, at) => `vendor${at}=${"s".repeat(240)}`).join(",");

export const KINDS = {
  "a tool call": { message: (at) => call(at, "work") },
  "a call that waits": { message: (at) => call(at, "wait") },
  "one id, again and again": { message: () => call(7, "work"), honest: "a tool call" },
  "one id, all waiting": { message: () => call(7, "wait"), honest: "a call that waits" },
  "an invented tool": { message: (at) => call(at, `tool-${at}-${LONG}`), honest: "a tool call" },
  "a sampled parent": {
    message: (at) => call(at, "work", { _meta: { traceparent: TRACE } }),
    honest: "a tool call",
  },
  "7 kB of baggage": {
    message: (at) => call(at, "work", { _meta: { traceparent: TRACE, baggage: BAGGAGE } }),
    honest: "a tool call",
  },
  "8 kB of tracestate": {
    message: (at) => call(at, "work", { _meta: { traceparent: TRACE, tracestate: STATE } }),
    honest: "a tool call",
  },
  "a hundred keys in _meta": {
    message: (at) => call(at, "work", { _meta: META }),
    honest: "a tool call",
  },
  "a progress token each": {
    message: (at) => call(at, "work", { _meta: { progressToken: `${at}-${LONG}` } }),
    honest: "a tool call",
  },
  "a resource": { message: (at) => ({ id: at, method: "resources/read", params: { uri: "note:///1" } }) },
  "an invented resource": {
    message: (at) => ({ id: at, method: "resources/read", params: { uri: `note:///${at}/${LONG}` } }),
    honest: "a resource",
  },
  "a ping": { message: (at) => ({ id: at, method: "ping" }) },
  "a method that is refused": { message: (at) => ({ id: at, method: `example/${LONG}` }) },
  "an invented method": {
    message: (at) => ({ id: at, method: `method/${at}/${LONG}` }),
    honest: "a method that is refused",
  },
  initialize: {
    message: (at) => ({
      id: at,
      method: "initialize",
      params: {
        protocolVersion: `${at}`,
        capabilities: {},
        clientInfo: { name: `client ${at}`, version: LONG },
      },
    }),
    honest: "a tool call",
  },
  "a notification": { message: () => ({ method: "notifications/roots/list_changed" }) },
  "an invented notification": {
    message: (at) => ({ method: `notifications/${at}/${LONG}` }),
    honest: "a notification",
  },
  "a cancellation of nothing": {
    message: (at) => ({ method: "notifications/cancelled", params: { requestId: `${at}`, reason: LONG } }),
    honest: "a notification",
  },
  "progress of nothing": {
    message: (at) => ({ method: "notifications/progress", params: { progressToken: `${at}`, progress: at } }),
    honest: "a notification",
  },
  "an answer to nothing": { message: (at) => ({ id: `no ${at}`, result: { at } }), honest: "a notification" },
  "a message that is none": { message: () => ({ what: LONG, params: null }), honest: "a notification" },
  "a log message at info": {
    to: "client",
    message: (at) => ({ method: "notifications/message", params: { level: "info", data: `line ${at}` } }),
  },
  "a log message at error": {
    to: "client",
    message: (at) => ({ method: "notifications/message", params: { level: "error", data: `${at} ${LONG}` } }),
    honest: "a log message at info",
  },
  "a request to the client": {
    to: "client",
    message: (at) => ({ id: at, method: "sampling/createMessage", params: { messages: [], maxTokens: at } }),
    honest: "a method that is refused",
  },
};

const META = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`example.com/${at}`, at]));
