/**
 * Every name mcp-otelkit emits.
 *
 * Follows the OpenTelemetry GenAI semantic conventions for MCP (status: Development),
 * `open-telemetry/semantic-conventions-genai`, `docs/gen-ai/mcp.md`; model/mcp at 0e5e6a8d (common),
 * 5c50d346 (spans), 14567fad (metrics), 4172e394 (registry). Names marked "ours" are not in the conventions.
 *
 * Kept as constants of our own, since the MCP names left `@opentelemetry/semantic-conventions` (deprecated there)
 * and its incubating entry point may change in a patch release.
 */

/** The method of the request or notification. Example: `tools/call`. */
export const ATTR_MCP_METHOD_NAME = "mcp.method.name";
/** The protocol revision in force. Example: `2025-11-25`. */
export const ATTR_MCP_PROTOCOL_VERSION = "mcp.protocol.version";
/** The session the message belongs to; never set for protocol 2026-07-28 and later. */
export const ATTR_MCP_SESSION_ID = "mcp.session.id";
/** The resource a request names, without userinfo and query values. Example: `file:///notes/today`. */
export const ATTR_MCP_RESOURCE_URI = "mcp.resource.uri";
/** Ours. The URI template that matched the resource. Example: `notes://{day}`. */
export const ATTR_MCP_RESOURCE_TEMPLATE = "mcp.resource.template";
/** Ours. The client's name as it introduced itself. Example: `claude-code`. */
export const ATTR_MCP_CLIENT_NAME = "mcp.client.name";
/** Ours. The client's version as it introduced itself. */
export const ATTR_MCP_CLIENT_VERSION = "mcp.client.version";
/** Ours. The server's name as it introduced itself. Example: `weather`. */
export const ATTR_MCP_SERVER_NAME = "mcp.server.name";
/** Ours. The server's version as it introduced itself. */
export const ATTR_MCP_SERVER_VERSION = "mcp.server.version";

/** The tool a `tools/call` names. Example: `add`. */
export const ATTR_GEN_AI_TOOL_NAME = "gen_ai.tool.name";
/** The prompt a `prompts/get` names. Example: `summarize`. */
export const ATTR_GEN_AI_PROMPT_NAME = "gen_ai.prompt.name";
/** `execute_tool` on a tool call, otherwise absent. */
export const ATTR_GEN_AI_OPERATION_NAME = "gen_ai.operation.name";
/** The one value of {@link ATTR_GEN_AI_OPERATION_NAME} that MCP uses. */
export const GEN_AI_OPERATION_EXECUTE_TOOL = "execute_tool";

/** Opt-in. What a tool is called with, as JSON. Example: `{"city":"Paris"}`. */
export const ATTR_GEN_AI_TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments";
/** Opt-in. What a tool says, as JSON. Example: `{"content":[{"type":"text","text":"Rain"}]}`. */
export const ATTR_GEN_AI_TOOL_CALL_RESULT = "gen_ai.tool.call.result";
/** Opt-in. Before a dot and the name of a prompt's argument. Example: `gen_ai.prompt.variable.city` with `Paris`. */
export const ATTR_GEN_AI_PROMPT_VARIABLE = "gen_ai.prompt.variable";
/** Opt-in, sampling. What a model is asked. Example: `[{"role":"user","parts":[{"type":"text","content":"Hello"}]}]`. */
export const ATTR_GEN_AI_INPUT_MESSAGES = "gen_ai.input.messages";
/** Opt-in, sampling. What a model says. Example: `[{"role":"assistant","parts":[…],"finish_reason":"stop"}]`. */
export const ATTR_GEN_AI_OUTPUT_MESSAGES = "gen_ai.output.messages";
/** Opt-in, sampling. The system prompt. Example: `[{"type":"text","content":"Be brief."}]`. */
export const ATTR_GEN_AI_SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions";
/** Ours. Opt-in. What a prompt became. Example: `[{"role":"user","content":{"type":"text","text":"Hello"}}]`. */
export const ATTR_MCP_PROMPT_MESSAGES = "mcp.prompt.messages";
/** Ours. Opt-in. What a user is asked. Example: `Which city?`. */
export const ATTR_MCP_ELICITATION_MESSAGE = "mcp.elicitation.message";
/** Ours. Opt-in. What a user answers, as JSON. Example: `{"city":"Paris"}`. */
export const ATTR_MCP_ELICITATION_CONTENT = "mcp.elicitation.content";
/** Ours. Opt-in, 2026-07-28. What model and user are asked in a result of kind `input_required`, by key, as JSON. */
export const ATTR_MCP_INPUT_REQUESTS = "mcp.input.requests";
/** Ours. Opt-in, 2026-07-28. What they answer in the request's next round, by key, as JSON. */
export const ATTR_MCP_INPUT_RESPONSES = "mcp.input.responses";

/** The id of a JSON-RPC request, as a string. Example: `0`. */
export const ATTR_JSONRPC_REQUEST_ID = "jsonrpc.request.id";
/** The JSON-RPC version, only when it is not `2.0`. */
export const ATTR_JSONRPC_PROTOCOL_VERSION = "jsonrpc.protocol.version";
/** The JSON-RPC error code of the response, as a string. Example: `-32602`. */
export const ATTR_RPC_RESPONSE_STATUS_CODE = "rpc.response.status_code";
/** What went wrong: a JSON-RPC code, one of the `ERROR_TYPE_*` values, an HTTP status or an error's class name. */
export const ATTR_ERROR_TYPE = "error.type";

/** `pipe` for stdio, `tcp` for HTTP and WebSocket, absent in memory. */
export const ATTR_NETWORK_TRANSPORT = "network.transport";
/** `http` or `websocket`. */
export const ATTR_NETWORK_PROTOCOL_NAME = "network.protocol.name";
/** Example: `1.1`, `2`. */
export const ATTR_NETWORK_PROTOCOL_VERSION = "network.protocol.version";
/** Client side, HTTP: the host that was asked. */
export const ATTR_SERVER_ADDRESS = "server.address";
/** Client side, HTTP: the port that was asked. */
export const ATTR_SERVER_PORT = "server.port";
/** Server side: the peer's address, where the transport gives it. */
export const ATTR_CLIENT_ADDRESS = "client.address";
/** Server side: the peer's port, where the transport gives it. */
export const ATTR_CLIENT_PORT = "client.port";

/** `error.type` of a tool result with `isError: true`. */
export const ERROR_TYPE_TOOL_ERROR = "tool_error";
/** Ours. `error.type` of a request that got no answer in time. */
export const ERROR_TYPE_TIMEOUT = "timeout";
/** Ours. `error.type` of a request its own caller aborted. */
export const ERROR_TYPE_CANCELLED = "cancelled";
/** Ours. `error.type` of a request that was open when the connection closed. */
export const ERROR_TYPE_CONNECTION_CLOSED = "connection_closed";

/** Ours. `error.type` of a session whose peer was not heard of for too long. */
export const ERROR_TYPE_IDLE = "idle";

/** Ours. Span event: the peer cancelled the request. */
export const EVENT_CANCELLED = "mcp.cancelled";
/** Ours. Span event: a `notifications/progress` of the request. */
export const EVENT_PROGRESS = "mcp.progress";
/** Ours. On {@link EVENT_PROGRESS}: how far the request has come. */
export const ATTR_PROGRESS_VALUE = "mcp.progress.value";
/** Ours. On {@link EVENT_PROGRESS}: where it will end, when that is known. */
export const ATTR_PROGRESS_TOTAL = "mcp.progress.total";
/** Span event: the error a tool threw. Only its class name: the message becomes tool output in MCP. */
export const EVENT_EXCEPTION = "exception";
/** On {@link EVENT_EXCEPTION}: the error's class name. Example: `TypeError`. */
export const ATTR_EXCEPTION_TYPE = "exception.type";

/** Ours. Log record: a request has begun (DEBUG). */
export const EVENT_OPERATION_STARTED = "mcp.operation.started";
/** Ours. Log record: a request or notification went well; at WARN if it was slow. */
export const EVENT_OPERATION_COMPLETED = "mcp.operation.completed";
/** Ours. Log record: a request or notification went wrong. */
export const EVENT_OPERATION_FAILED = "mcp.operation.failed";
/** Ours. Log record: a request was taken back by its caller. */
export const EVENT_OPERATION_CANCELLED = "mcp.operation.cancelled";
/** Ours. Log record: a connection has become a session. */
export const EVENT_SESSION_OPENED = "mcp.session.opened";
/** Ours. Log record: a session is over. */
export const EVENT_SESSION_CLOSED = "mcp.session.closed";
/** Ours. Log record: entries were left out, since their peers caused too many. */
export const EVENT_LOG_SUPPRESSED = "mcp.log.suppressed";
/** Ours. Log record: a `notifications/message` was sent or received. */
export const EVENT_LOG_MESSAGE = "mcp.log.message";
/** Ours. On log records: which end of the message this process is, `client` (sends) or `server` (receives). */
export const ATTR_MCP_SIDE = "mcp.side";
/** Ours. On log records: how long it took, in milliseconds. Example: `234.5`. */
export const ATTR_MCP_DURATION_MS = "mcp.duration_ms";
/** Ours. On {@link EVENT_LOG_MESSAGE}: the logger that the message names. Example: `database`. */
export const ATTR_MCP_LOG_LOGGER = "mcp.log.logger";

/** Stands for a name this process has no reason to believe. */
export const OTHER = "_OTHER";
