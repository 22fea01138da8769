/**
 * The rules of the telemetry contract, as far as spans go: what we emit, when, and why. One row per rule; `source` says who
 * made it. A test names the rules it proves at the end of its title, `… [span.kind, attr.error.type]`, and
 * `conventions.test.ts` fails where a rule has no test or a title names a rule that is not here.
 */
export interface Convention {
  readonly source: Source;
  readonly says: string;
}

const SEMCONV = "OpenTelemetry semantic conventions for MCP";
const SEP_414 = "SEP-414, trace context in _meta";
const JSON_RPC = "JSON-RPC 2.0";
const MCP_2025 = "MCP schema up to 2025-11-25";
const MCP_2026 = "MCP schema 2026-07-28";
const W3C = "W3C Trace Context and Baggage";
const OURS = "ours";

type Source =
  | typeof SEMCONV
  | typeof SEP_414
  | typeof JSON_RPC
  | typeof MCP_2025
  | typeof MCP_2026
  | typeof W3C
  | typeof OURS;

export const CONVENTIONS: Readonly<Record<string, Convention>> = {
  // Spans
  "span.per-message": {
    source: SEMCONV,
    says: "Every request and notification on the wire is one span on each side that is instrumented.",
  },
  "span.both-directions": {
    source: SEMCONV,
    says: "A server that asks its client makes the CLIENT span, and the client that answers the SERVER span.",
  },
  "span.unhandled": {
    source: OURS,
    says: "What never reaches a handler of the application's is a span too: initialize, server/discover, ping, unknown methods and tools, bad arguments.",
  },
  "span.name.target": {
    source: SEMCONV,
    says: "The name is the method and, for a known tool or prompt, its name.",
  },
  "span.name.method": { source: SEMCONV, says: "Without a known target the name is the method alone." },
  "span.name.no-uri": { source: SEMCONV, says: "A resource's URI is never part of a name." },
  "span.kind": {
    source: SEMCONV,
    says: "CLIENT for the side that sends, SERVER for the side that receives.",
  },
  "span.parent.client": { source: SEMCONV, says: "A client's span is a child of the active context." },
  "span.parent.server": {
    source: SEMCONV,
    says: "A server's span is a child of the context that the message brings in params._meta.",
  },
  "span.parent.bare-keys": {
    source: SEP_414,
    says: "That context stands in _meta under traceparent, tracestate and baggage, without a prefix.",
  },
  "span.parent.ambient": {
    source: SEMCONV,
    says: "Where _meta names no parent, the ambient context is the parent.",
  },
  "span.parent.open": {
    source: OURS,
    says: "A span that has ended is no parent of what arrives later: streams are read in the context that once opened them.",
  },
  "span.parent.headers": {
    source: W3C,
    says: "Where _meta names no parent, the headers of the message's HTTP request do, whether or not HTTP is traced.",
  },
  "span.parent.client-stream": {
    source: OURS,
    says: "On a client, a stream that is opened or read after a message has been sent is no part of that message.",
  },
  "span.parent.root": { source: SEMCONV, says: "Where there is neither, a new trace begins." },
  "span.parent.handler": {
    source: SEMCONV,
    says: "Handlers run inside the span's context: what they start are its children.",
  },
  "span.parent.rounds": {
    source: OURS,
    says: "The request that brings the input a server asked for is a child of the request that was answered so, on every transport.",
  },
  "span.link.ambient": {
    source: SEMCONV,
    says: "An ambient context other than the one in _meta, such as the HTTP server's span, is a link; not on an MCP client, where it is an accident.",
  },
  "span.time.server": {
    source: SEMCONV,
    says: "A server's span lasts from the message's delivery until its response is handed to the transport.",
  },
  "span.time.client": {
    source: SEMCONV,
    says: "A client's span lasts from handing the message over until its response, timeout, abort or close.",
  },
  "span.status": {
    source: SEMCONV,
    says: "The status is ERROR if and only if error.type is set, and otherwise unset.",
  },
  "span.status.description": {
    source: SEMCONV,
    says: "Its description is the JSON-RPC error's message, redacted; never a tool's output.",
  },
  "span.reuse-execute-tool": {
    source: SEMCONV,
    says: "A GenAI execute_tool span that is active for the same tool is enriched instead of doubled, when that is switched on.",
  },

  // Propagation
  "propagation.inject": {
    source: SEP_414,
    says: "Requests and notifications carry the context in params._meta; responses do not.",
  },
  "propagation.gateway": {
    source: OURS,
    says: "A context that arrived with a request and is handed on with its params is replaced by the sender's own.",
  },
  "propagation.copy": {
    source: OURS,
    says: "It is put into a copy of the message, and what the caller has put into _meta stays.",
  },
  "propagation.baggage": {
    source: SEP_414,
    says: "Baggage whose keys a setting names travels along and is active in the handler.",
  },
  "propagation.configured": {
    source: SEMCONV,
    says: "The configured propagators decide what is written and read.",
  },
  "propagation.malformed": {
    source: W3C,
    says: "What is malformed or longer than the specification allows is not read, and nothing else comes of it.",
  },

  // Notifications
  "notification.span": { source: SEMCONV, says: "A notification is a span each, except the next two." },
  "notification.progress": {
    source: OURS,
    says: "Progress is an event on its request's span, on both sides, in numbers alone.",
  },
  "notification.message": {
    source: OURS,
    says: "A log message is no span; its sender's context reaches its handler.",
  },
  "notification.listen": {
    source: MCP_2026,
    says: "The span of subscriptions/listen ends at its acknowledgement, not at the end of its stream.",
  },
  "notification.stream": { source: MCP_2025, says: "The standing GET stream is no span of ours." },

  // Attributes
  "attr.mcp.method.name": { source: SEMCONV, says: "Always." },
  "attr.gen_ai.tool.name": { source: SEMCONV, says: "On tools/call, known or not." },
  "attr.gen_ai.prompt.name": { source: SEMCONV, says: "On prompts/get, known or not." },
  "attr.gen_ai.operation.name": { source: SEMCONV, says: "execute_tool on tools/call, never otherwise." },
  "attr.mcp.resource.uri": {
    source: SEMCONV,
    says: "On read, subscribe, unsubscribe and updated; without userinfo and query values.",
  },
  "attr.mcp.resource.template": {
    source: OURS,
    says: "The URI template that matched, on the server, where it knows one.",
  },
  "attr.jsonrpc.request.id": {
    source: JSON_RPC,
    says: "On requests, as a string; 0 and the empty string are ids. Never on notifications.",
  },
  "attr.jsonrpc.protocol.version": { source: SEMCONV, says: "Only when it is not 2.0." },
  "attr.mcp.protocol.version": {
    source: SEMCONV,
    says: "As negotiated, or as the request or its HTTP header says.",
  },
  "attr.mcp.session.id": { source: SEMCONV, says: "Where there is a session, and never from 2026-07-28 on." },
  "attr.mcp.peers": {
    source: OURS,
    says: "Name and version of client and server, as soon as initialize or _meta has told them.",
  },
  "attr.rpc.response.status_code": {
    source: SEMCONV,
    says: "The JSON-RPC error code, as a string, whenever the response carries one, error of ours or not.",
  },
  "attr.error.type": { source: SEMCONV, says: "If and only if the operation failed; see the outcomes." },
  "attr.network.transport": {
    source: SEMCONV,
    says: "pipe for stdio, tcp for HTTP and WebSocket, absent in memory and for transports nobody knows.",
  },
  "attr.network.protocol": {
    source: SEMCONV,
    says: "network.protocol.name is http or websocket; .version where the transport tells it.",
  },
  "attr.server.address": {
    source: SEMCONV,
    says: "With server.port, on CLIENT spans over HTTP and WebSocket alone.",
  },
  "attr.client.address": {
    source: SEMCONV,
    says: "With client.port, on SERVER spans alone, where the transport tells it.",
  },

  // Outcome
  "outcome.result": { source: SEMCONV, says: "A result is no error." },
  "outcome.tool-error": { source: SEMCONV, says: "A result with isError is tool_error on both sides." },
  "outcome.input-required": { source: MCP_2026, says: "A result that asks for input is no error." },
  "outcome.caller-was-wrong": {
    source: SEMCONV,
    says: "-32700, -32600, -32601, -32602 and -32002 are the caller's error alone; the server records the code.",
  },
  "outcome.other-code": { source: SEMCONV, says: "Any other JSON-RPC code is the error.type on both sides." },
  "outcome.unsent": {
    source: OURS,
    says: "An answer that could not be sent is a failure: the error's class name, or connection_closed.",
  },
  "outcome.task": {
    source: MCP_2025,
    says: "A tool call that becomes a task ends when the task does: failed is tool_error.",
  },
  "outcome.negotiated": {
    source: MCP_2026,
    says: "A refusal by which two revisions of the protocol find each other is no error, and DEBUG in the log.",
  },
  "outcome.timeout": { source: OURS, says: "No answer in time is timeout, on the client." },
  "outcome.cancelled.client": {
    source: OURS,
    says: "A request its caller aborted is cancelled, on the client.",
  },
  "outcome.cancelled.server": {
    source: OURS,
    says: "On the server that is an mcp.cancelled event and no error; from 2026-07-28 over HTTP the client cancels by closing the stream.",
  },
  "outcome.connection-closed": {
    source: OURS,
    says: "A request that is open when the connection closes is connection_closed on both sides.",
  },
  "outcome.http-refused": {
    source: OURS,
    says: "HTTP that refuses before any JSON-RPC answer is its status code; an answer in its body counts more.",
  },
  "outcome.class-name": {
    source: SEMCONV,
    says: "Anything else that rejects the promise is the class name of the error.",
  },

  // Cardinality
  "cardinality.known": {
    source: OURS,
    says: "A name is known once this process saw it registered, listed or used with success.",
  },
  "cardinality.span-name": {
    source: OURS,
    says: "A name that is not known never becomes part of a span's name, however many a peer invents.",
  },
  "cardinality.cap": {
    source: OURS,
    says: "Known names have a cap per kind; beyond it, a method that MCP does not name is _OTHER.",
  },

  // Privacy
  "privacy.arguments": { source: OURS, says: "Arguments of tools and prompts are in no span." },
  "privacy.results": { source: OURS, says: "Results, prompts and resource contents are in no span." },
  "privacy.asked": { source: OURS, says: "What is asked of a model or a user, and answered, is in no span." },
  "privacy.tool-error": {
    source: OURS,
    says: "The text of a tool's error is in no span: MCP makes it the tool's output.",
  },
  "privacy.log-data": { source: OURS, says: "The data of log messages is in no span." },
  "privacy.exception-class": {
    source: OURS,
    says: "An error that a tool threw is an exception event with its class, and nothing else of it.",
  },
  "privacy.redaction": {
    source: OURS,
    says: "What looks like a secret is taken out of the status description.",
  },
  "privacy.resource-uri.config": {
    source: OURS,
    says: "A setting leaves the URI out, or the template as well.",
  },
  "privacy.error-message.config": { source: OURS, says: "A setting leaves the status description out." },
  "privacy.opt-in": {
    source: SEMCONV,
    says: "The attributes that hold content are absent unless asked for.",
  },
};
