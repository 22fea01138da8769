/** The settings and their defaults. Options given in code override the environment. */
export interface McpConfig {
  /**
   * What to record of a resource's URI on spans: `full` (without userinfo and query values), `template` (only the URI
   * template that matched, where the server knows it), or `off`.
   * Environment: `OTEL_INSTRUMENTATION_MCP_RESOURCE_URI`.
   * @default "full"
   */
  readonly resourceUri: "full" | "template" | "off";
  /**
   * Whether the message of a JSON-RPC error becomes the span's status description, with secrets redacted. That of a method whose
   * errors are content (tools, prompts, sampling, elicitation, the application's own methods) never does.
   * Environment: `OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE` = `on`, `off`.
   * @default true
   */
  readonly errorMessage: boolean;
  /**
   * What to do with the trace context in a message: `parent` (the message continues that trace), `link` (it starts a
   * new trace, linked to the other one), `none` (it is not read). With `link` and `none` a message that came over a
   * network starts a new trace even inside an HTTP server span, whose parent the same peer has chosen.
   * Environment: `OTEL_INSTRUMENTATION_MCP_TRUST`.
   * @default "parent"
   */
  readonly trust: "parent" | "link" | "none";
  /**
   * The keys of baggage that cross between this process and its MCP peers, in both directions; `*` matches any run of
   * characters.
   * Environment: `OTEL_INSTRUMENTATION_MCP_BAGGAGE`, a list.
   * @default none
   */
  readonly baggage: readonly string[];
  /**
   * Keys that the configured propagator may write into `_meta` beside `traceparent`, `tracestate` and `baggage`
   * (SEP-414) and those of OpenTelemetry's own B3 and Jaeger propagators; `*` matches any run of characters.
   * Environment: `OTEL_INSTRUMENTATION_MCP_META_KEYS`, a list.
   * @default none
   */
  readonly metaKeys: readonly string[];
  /**
   * How a session id is recorded: `hash` (the first 16 hexadecimal digits of its SHA-256), `full`, or `off`. Over
   * HTTP anyone who knows a session id can use the session.
   * Environment: `OTEL_INSTRUMENTATION_MCP_SESSION_ID`.
   * @default "hash"
   */
  readonly sessionId: "hash" | "full" | "off";
  /**
   * Log entries a second that one connection can cause without work by the application: log messages, failures,
   * sessions. All connections together can cause ten times as many. Entries that are left out are counted.
   * Environment: `OTEL_INSTRUMENTATION_MCP_LOG_RATE`.
   * @default 100
   */
  readonly logRate: number;
  /**
   * Whether to put MCP's attributes on a GenAI `execute_tool` span that an agent framework has already opened for the
   * tool call that the client sends, instead of making a second span.
   * Environment: `OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL` = `on`, `off`.
   * @default false
   */
  readonly reuseExecuteTool: boolean;
  /**
   * Which families of metrics to make: `semconv` (the semantic conventions for MCP, and mcp-otelkit's own), `guide`
   * (the names that dashboards and alerts use), `runtime` (Node: event loop, heap, garbage collection), `process`
   * (CPU, memory, files).
   * Environment: `OTEL_INSTRUMENTATION_MCP_METRICS`, a list, or `none`.
   * @default all four
   */
  readonly metrics: ReadonlySet<MetricFamily>;
  /**
   * Milliseconds without a message after which a session over HTTP no longer counts as active: a client that vanishes
   * sends nothing. On a pipe or in memory the end is always noticed.
   * Environment: `OTEL_INSTRUMENTATION_MCP_SESSION_IDLE_MS`.
   * @default 1800000 (half an hour)
   */
  readonly sessionIdleMs: number;
  /**
   * The lowest level that is logged, as log records and as lines on stderr; `off` logs nothing.
   * Environment: `OTEL_INSTRUMENTATION_MCP_LOG_LEVEL` = `debug`, `info`, `warn`, `error`, `off`, in any case.
   * @default "INFO"
   */
  readonly logLevel: LogLevel | "OFF";
  /**
   * The lowest level of the lines on stderr, where it differs. `LOG_LEVEL` is the application's own variable: it sets
   * what the application prints on stderr, and does not affect the records that its operator collects.
   * Environment: `LOG_LEVEL`, in the words of most loggers.
   * @default that of `logLevel`
   */
  readonly lineLevel: LogLevel | "OFF" | undefined;
  /**
   * Whether log records are written to stderr as well, one JSON object a line.
   * Environment: `OTEL_INSTRUMENTATION_MCP_LOG_LINES` = `on`, `off`.
   * @default true under the preload and for `createLogger`; `McpInstrumentation` and `instrumentMcp` never do
   */
  readonly logLines: boolean;
  /**
   * Milliseconds after which a call that went well is logged as a slow one, at WARN.
   * Environment: `OTEL_INSTRUMENTATION_MCP_SLOW_MS`.
   * @default 10000, the threshold of the latency alert
   */
  readonly slowMs: number;
  /**
   * Which content to record, secrets redacted: `arguments` and `results` of tool calls, `prompts` (variables and
   * texts), `messages` (sampling, elicitation, the data of log messages). The contents of resources are never
   * recorded.
   * Environment: `OTEL_INSTRUMENTATION_MCP_CAPTURE`, a list, `all` or `none`; where that is unset,
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true` means `all`.
   * @default none
   */
  readonly capture: ReadonlySet<CaptureKind>;
  /**
   * The tools whose arguments and results may be captured; `*` matches any run of characters.
   * Environment: `OTEL_INSTRUMENTATION_MCP_CAPTURE_TOOLS`, a list.
   * @default every tool
   */
  readonly captureTools: readonly string[];
  /**
   * The tools whose arguments and results are never captured, whatever {@link captureTools} says.
   * Environment: `OTEL_INSTRUMENTATION_MCP_CAPTURE_TOOLS_DENY`, a list.
   * @default none
   */
  readonly captureToolsDeny: readonly string[];
  /**
   * The longest captured value, in characters; what is longer is cut.
   * Environment: `OTEL_INSTRUMENTATION_MCP_CAPTURE_LIMIT`.
   * @default 8192
   */
  readonly captureLimit: number;
  /**
   * Your own redaction, called for every captured value that is left after the built-in redaction, with its place;
   * its result is recorded instead. If it throws, the value is recorded as `REDACTED`. In code only; see
   * `setRedactor`.
   */
  readonly redact?: Redactor | undefined;
  /**
   * What to do about a write to a stdio server's stdout that is not part of the protocol: `detect` (report it once,
   * count it), `protect` (send it to stderr as well), `off`.
   * Environment: `OTEL_INSTRUMENTATION_MCP_STDOUT`.
   * @default "detect"
   */
  readonly stdout: "detect" | "protect" | "off";
}

/**
 * @param where such as `arguments.user.email`
 * @returns what to record in place of `value`
 */
export type Redactor = (value: unknown, where: string) => unknown;

export const METRIC_FAMILIES = ["semconv", "guide", "runtime", "process"] as const;
export type MetricFamily = (typeof METRIC_FAMILIES)[number];

export const CAPTURE_KINDS = ["arguments", "results", "prompts", "messages"] as const;
export type CaptureKind = (typeof CAPTURE_KINDS)[number];

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";
