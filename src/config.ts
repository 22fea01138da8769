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
}

export const METRIC_FAMILIES = ["semconv", "guide", "runtime", "process"] as const;
export type MetricFamily = (typeof METRIC_FAMILIES)[number];

/** A setting as the environment writes it, read in lower case and without surrounding space. */
interface Setting<T> {
  readonly variable: string;
  /** For people: what may be written, the default first. */
  readonly allowed: readonly string[];
  /** For people who wrote something else: what it should be. */
  readonly expected: string;
  /** `undefined` for a text that means nothing. */
  readonly parse: (text: string) => T | undefined;
  readonly default: T;
}

function oneOf<T>(variable: string, values: Readonly<Record<string, T>>, fallback: T): Setting<T> {
  const words = Object.keys(values).filter((word) => word !== "true" && word !== "false");
  const allowed = words.toSorted((a, b) => Number(values[b] === fallback) - Number(values[a] === fallback));
  return {
    variable,
    allowed,
    expected: `one of ${words.join(", ")}`,
    default: fallback,
    parse: (text) => (Object.hasOwn(values, text) ? values[text] : undefined),
  };
}

const onOff = (variable: string, fallback: boolean): Setting<boolean> =>
  oneOf(variable, { on: true, true: true, off: false, false: false }, fallback);

function parseFamilies(text: string): ReadonlySet<MetricFamily> | undefined {
  if (text === "none") return new Set();
  const names = text.split(",").map((name) => name.trim());
  const known = METRIC_FAMILIES.filter((family) => names.includes(family));
  return known.length === new Set(names).size ? new Set(known) : undefined;
}

function parseMilliseconds(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

export const SETTINGS: { readonly [K in keyof McpConfig]: Setting<McpConfig[K]> } = {
  resourceUri: oneOf(
    "OTEL_INSTRUMENTATION_MCP_RESOURCE_URI",
    { full: "full", template: "template", off: "off" },
    "full",
  ),
  errorMessage: onOff("OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE", true),
  reuseExecuteTool: onOff("OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL", false),
  metrics: {
    variable: "OTEL_INSTRUMENTATION_MCP_METRICS",
    allowed: [METRIC_FAMILIES.join(","), "none"],
    expected: `none, or a list of ${METRIC_FAMILIES.join(", ")}`,
    parse: parseFamilies,
    default: new Set(METRIC_FAMILIES),
  },
  sessionIdleMs: {
    variable: "OTEL_INSTRUMENTATION_MCP_SESSION_IDLE_MS",
    allowed: ["1800000"],
    expected: "a number of milliseconds above 0",
    parse: parseMilliseconds,
    default: 1_800_000,
  },
};

/**
 * Reads the settings from the environment. Empty means unset; a value that is none of the allowed ones is told to
 * `complain` and the default applies.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  complain: (problem: string) => void = () => undefined,
): McpConfig {
  function read<T>({ variable, expected, parse, default: fallback }: Setting<T>): T {
    const text = env[variable]?.trim().toLowerCase();
    if (text === undefined || text === "") return fallback;
    const value = parse(text);
    if (value === undefined) complain(`${variable}=${env[variable]} is not ${expected}; using the default`);
    return value ?? fallback;
  }
  return {
    resourceUri: read(SETTINGS.resourceUri),
    errorMessage: read(SETTINGS.errorMessage),
    reuseExecuteTool: read(SETTINGS.reuseExecuteTool),
    metrics: read(SETTINGS.metrics),
    sessionIdleMs: read(SETTINGS.sessionIdleMs),
  };
}
