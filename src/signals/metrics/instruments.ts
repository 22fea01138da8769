import type { MetricFamily } from "../../settings/config.ts";
import * as semconv from "../../semconv.ts";

export interface InstrumentRow {
  readonly name: string;
  readonly family: MetricFamily;
  /** Events are counted by a "counter", which starts at zero (`counter-table.ts`); current values are observed. */
  readonly kind:
    | "histogram"
    | "counter"
    | "observableCounter"
    | "observableUpDownCounter"
    | "observableGauge";
  readonly unit: string;
  readonly description: string;
  readonly buckets?: readonly number[];
  /** The attributes it may have. A fixed list: each attribute multiplies the series. */
  readonly attributes: readonly string[];
}

/** Seconds. Source: semantic conventions for MCP. */
const OPERATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
/** Seconds. The same, continued: sessions outlive five minutes. */
const SESSION_BUCKETS = [...OPERATION_BUCKETS, 1800, 7200, 43_200, 86_400];
/** Seconds. The buckets of the guide's dashboards, and higher ones: its alert is about calls that take more than 10 s. */
const CALL_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
/** Bytes, in powers of four: from a word to a book. */
const SIZE_BUCKETS = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

const OPERATION_ATTRIBUTES = [
  semconv.ATTR_MCP_METHOD_NAME,
  semconv.ATTR_GEN_AI_OPERATION_NAME,
  semconv.ATTR_GEN_AI_TOOL_NAME,
  semconv.ATTR_GEN_AI_PROMPT_NAME,
  semconv.ATTR_MCP_RESOURCE_TEMPLATE,
  semconv.ATTR_MCP_PROTOCOL_VERSION,
  semconv.ATTR_NETWORK_TRANSPORT,
  semconv.ATTR_NETWORK_PROTOCOL_NAME,
  semconv.ATTR_NETWORK_PROTOCOL_VERSION,
  semconv.ATTR_RPC_RESPONSE_STATUS_CODE,
  semconv.ATTR_ERROR_TYPE,
];
const SERVER_ADDRESS = [semconv.ATTR_SERVER_ADDRESS, semconv.ATTR_SERVER_PORT];
const SESSION_ATTRIBUTES = [
  semconv.ATTR_MCP_PROTOCOL_VERSION,
  semconv.ATTR_NETWORK_PROTOCOL_NAME,
  semconv.ATTR_ERROR_TYPE,
];

/**
 * Every instrument, once. `semconv` has the instruments of the semantic conventions for MCP, and what operators need
 * beyond them; `guide` has the names that common dashboards and alerts use (in Prometheus: `mcp_tool_calls_total` and
 * so on).
 */
export const INSTRUMENTS = {
  serverOperationDuration: {
    name: "mcp.server.operation.duration",
    family: "semconv",
    kind: "histogram",
    unit: "s",
    buckets: OPERATION_BUCKETS,
    description: "Time a server takes from receiving a request or notification until its response is sent",
    attributes: OPERATION_ATTRIBUTES,
  },
  clientOperationDuration: {
    name: "mcp.client.operation.duration",
    family: "semconv",
    kind: "histogram",
    unit: "s",
    buckets: OPERATION_BUCKETS,
    description: "Time from sending a request or notification until it is answered or given up",
    attributes: [...OPERATION_ATTRIBUTES, ...SERVER_ADDRESS],
  },
  serverSessionDuration: {
    name: "mcp.server.session.duration",
    family: "semconv",
    kind: "histogram",
    unit: "s",
    buckets: SESSION_BUCKETS,
    description: "How long a session lasted, as its server saw it",
    attributes: SESSION_ATTRIBUTES,
  },
  clientSessionDuration: {
    name: "mcp.client.session.duration",
    family: "semconv",
    kind: "histogram",
    unit: "s",
    buckets: SESSION_BUCKETS,
    description: "How long a session lasted, as its client saw it",
    attributes: [...SESSION_ATTRIBUTES, ...SERVER_ADDRESS],
  },
  serverActiveRequests: {
    name: "mcp.server.active_requests",
    family: "semconv",
    kind: "observableUpDownCounter",
    unit: "{request}",
    description: "Ours. Requests a server has received and not answered yet",
    attributes: [semconv.ATTR_MCP_METHOD_NAME],
  },
  toolResultSize: {
    name: "mcp.tool.result.size",
    family: "semconv",
    kind: "histogram",
    unit: "By",
    buckets: SIZE_BUCKETS,
    description: "Ours. What a tool's results pour into the model's context: texts and base64 data, in bytes",
    attributes: [semconv.ATTR_GEN_AI_TOOL_NAME],
  },
  strayWrites: {
    name: "mcp.stdout.stray_writes",
    family: "semconv",
    kind: "counter",
    unit: "{write}",
    description: "Ours. Writes to the stdout of a stdio server that are not the protocol's",
    attributes: [],
  },
  suppressed: {
    name: "mcp.telemetry.suppressed",
    family: "semconv",
    kind: "observableCounter",
    unit: "{item}",
    description: "Ours. Names counted as _OTHER or not taken in, values cut or dropped: telemetry is bounded",
    attributes: ["reason"],
  },
  toolCalls: {
    name: "mcp.tool.calls",
    family: "guide",
    kind: "counter",
    unit: "{call}",
    description: "Total number of MCP tool calls",
    attributes: ["tool_name", "status"],
  },
  toolCallDuration: {
    name: "mcp.tool.call.duration",
    family: "guide",
    kind: "histogram",
    unit: "s",
    buckets: CALL_BUCKETS,
    description: "Duration of MCP tool calls in seconds",
    attributes: ["tool_name"],
  },
  resourceReads: {
    name: "mcp.resource.reads",
    family: "guide",
    kind: "counter",
    unit: "{read}",
    description: "Total number of resource read operations",
    attributes: ["resource_uri"],
  },
  activeSessions: {
    name: "mcp.active_sessions",
    family: "guide",
    kind: "observableUpDownCounter",
    unit: "{session}",
    description: "Number of active MCP client sessions",
    attributes: [],
  },
  sessionDuration: {
    name: "mcp.session.duration",
    family: "guide",
    kind: "histogram",
    unit: "s",
    buckets: SESSION_BUCKETS,
    description: "How long client sessions last before disconnecting",
    attributes: [],
  },
  errors: {
    name: "mcp.errors",
    family: "guide",
    kind: "counter",
    unit: "{error}",
    description: "Total errors of MCP requests, by type: JSON-RPC code, tool_error, connection_closed",
    attributes: ["error_type"],
  },
  httpRequests: {
    name: "mcp.http.requests",
    family: "guide",
    kind: "counter",
    unit: "{request}",
    description: "Total HTTP requests to the process: messages, streams, health checks",
    attributes: ["endpoint", "method", "status"],
  },
  httpRequestDuration: {
    name: "mcp.http.request.duration",
    family: "guide",
    kind: "histogram",
    unit: "s",
    buckets: CALL_BUCKETS,
    description: "HTTP request latency by endpoint, standing event streams left out",
    attributes: ["endpoint"],
  },
  processCpu: {
    name: "process.cpu",
    family: "guide",
    kind: "observableCounter",
    unit: "s",
    description: "Total user and system CPU time spent",
    attributes: [],
  },
  processResidentMemory: {
    name: "process.resident_memory",
    family: "guide",
    kind: "observableGauge",
    unit: "By",
    description: "Resident memory size",
    attributes: [],
  },
  processOpenFds: {
    name: "process.open_fds",
    family: "guide",
    kind: "observableGauge",
    unit: "{file_descriptor}",
    description: "Number of open file descriptors",
    attributes: [],
  },
  processCpuTime: {
    name: "process.cpu.time",
    family: "process",
    kind: "observableCounter",
    unit: "s",
    description: "Total CPU seconds broken down by mode",
    attributes: ["cpu.mode"],
  },
  processMemoryUsage: {
    name: "process.memory.usage",
    family: "process",
    kind: "observableUpDownCounter",
    unit: "By",
    description: "The amount of physical memory in use",
    attributes: [],
  },
  processFileDescriptorCount: {
    name: "process.unix.file_descriptor.count",
    family: "process",
    kind: "observableUpDownCounter",
    unit: "{file_descriptor}",
    description: "Number of file descriptors in use by the process",
    attributes: [],
  },
  processUptime: {
    name: "process.uptime",
    family: "process",
    kind: "observableGauge",
    unit: "s",
    description: "The time the process has been running",
    attributes: [],
  },
} as const satisfies Record<string, InstrumentRow>;

export type InstrumentName = keyof typeof INSTRUMENTS;
