/** What a user can set, with defaults. The environment wins over nothing: options given in code win over it. */
export interface McpConfig {
  /**
   * What to record of a resource's URI on spans: `full` (without userinfo and query values), `template` (only the URI
   * template that matched, where the server knows it), or `off`.
   * Environment: `OTEL_INSTRUMENTATION_MCP_RESOURCE_URI`.
   * @default "full"
   */
  readonly resourceUri: "full" | "template" | "off";
  /**
   * Whether the message of a JSON-RPC error becomes the span's status description, with secrets redacted.
   * Environment: `OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE` = `on`, `off`.
   * @default true
   */
  readonly errorMessage: boolean;
  /**
   * What becomes of the trace context that a message brings along: `parent` (the message continues that trace), `link` (a trace
   * of its own, linked to the other one), `none` (not read). With `link` and `none` a message that came over a network begins a
   * trace of its own even inside an HTTP server span, whose parent the same peer has named.
   * Environment: `OTEL_INSTRUMENTATION_MCP_TRUST`.
   * @default "parent"
   */
  readonly trust: "parent" | "link" | "none";
  /**
   * The keys of baggage that cross between this process and its MCP peers, in both directions; `*` stands for any run of characters.
   * Environment: `OTEL_INSTRUMENTATION_MCP_BAGGAGE`, a list.
   * @default none
   */
  readonly baggage: readonly string[];
  /**
   * Keys that the configured propagator may write into `_meta` beside `traceparent`, `tracestate` and `baggage` (SEP-414) and those of
   * OpenTelemetry's own B3 and Jaeger propagators; `*` stands for any run of characters.
   * Environment: `OTEL_INSTRUMENTATION_MCP_META_KEYS`, a list.
   * @default none
   */
  readonly metaKeys: readonly string[];
  /**
   * How a session id is recorded: `hash` (the first 16 hexadecimal digits of its SHA-256), `full`, or `off`. Over HTTP a session
   * id is all that it takes to speak in that session.
   * Environment: `OTEL_INSTRUMENTATION_MCP_SESSION_ID`.
   * @default "hash"
   */
  readonly sessionId: "hash" | "full" | "off";
  /**
   * Log entries a second that one connection can cause without work of the application's: log messages, failures, sessions. All
   * connections together can cause ten times as many. What is left out is counted.
   * Environment: `OTEL_INSTRUMENTATION_MCP_LOG_RATE`.
   * @default 100
   */
  readonly logRate: number;
  /**
   * Where an agent framework has already opened a GenAI `execute_tool` span for the very tool call that the client now
   * sends, put MCP's attributes on that span instead of making a second one.
   * Environment: `OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL` = `on`, `off`.
   * @default false
   */
  readonly reuseExecuteTool: boolean;
  /**
   * Which families of metrics to make: `semconv` (the semantic conventions for MCP, and ours), `guide` (the names that
   * dashboards and alerts use), `runtime` (Node: event loop, heap, garbage collection), `process` (CPU, memory, files).
   * Environment: `OTEL_INSTRUMENTATION_MCP_METRICS`, a list, or `none`.
   * @default all four
   */
  readonly metrics: ReadonlySet<MetricFamily>;
  /**
   * Milliseconds without a message after which a session over HTTP no longer counts as active: a client that vanished
   * never says so. On a pipe or in memory the end is always seen.
   * Environment: `OTEL_INSTRUMENTATION_MCP_SESSION_IDLE_MS`.
   * @default 1800000 (half an hour)
   */
  readonly sessionIdleMs: number;
  /**
   * The least level that is logged, as log records and as lines on stderr; `off` logs nothing.
   * Environment: `OTEL_INSTRUMENTATION_MCP_LOG_LEVEL` = `debug`, `info`, `warn`, `error`, `off`, in any case.
   * @default "INFO"
   */
  readonly logLevel: LogLevel | "OFF";
  /**
   * The least level of the lines on stderr, where that is another one. `LOG_LEVEL` is the application's own variable: it says how
   * much of it there is on stderr, and nothing about the records that its operator collects.
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
   * What of the content to record, secrets redacted: `arguments` and `results` of tool calls, `prompts` (variables and
   * texts), `messages` (sampling, elicitation, the data of log messages). The contents of resources never are.
   * Environment: `OTEL_INSTRUMENTATION_MCP_CAPTURE`, a list, `all` or `none`; where that is unset,
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true` means `all`.
   * @default none
   */
  readonly capture: ReadonlySet<CaptureKind>;
  /**
   * The tools whose arguments and results may be captured; `*` stands for any run of characters.
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
   * A redaction of your own, called for every captured value that ours has left, with the place it stands in; what it
   * returns is recorded instead. Should it throw, the value is recorded as `REDACTED`. In code only; see `setRedactor`.
   */
  readonly redact?: Redactor | undefined;
  /**
   * What to do about a write to stdout that is not the protocol's, where a stdio server owns stdout: `detect` (tell it
   * once, count it), `protect` (send it to stderr as well), `off`.
   * Environment: `OTEL_INSTRUMENTATION_MCP_STDOUT`.
   * @default "detect"
   */
  readonly stdout: "detect" | "protect" | "off";
}

/** @param where such as `arguments.user.email`. @returns what to record in place of `value` */
export type Redactor = (value: unknown, where: string) => unknown;

export const METRIC_FAMILIES = ["semconv", "guide", "runtime", "process"] as const;
export type MetricFamily = (typeof METRIC_FAMILIES)[number];

export const CAPTURE_KINDS = ["arguments", "results", "prompts", "messages"] as const;
export type CaptureKind = (typeof CAPTURE_KINDS)[number];

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";
