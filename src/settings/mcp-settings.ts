import { CAPTURE_KINDS, METRIC_FAMILIES, type CaptureKind, type McpConfig } from "./config.ts";

/** A setting as the environment writes it, read in lower case and without surrounding space. */
export interface Setting<T> {
  readonly variable: string;
  /** For people: what may be written, the default first. */
  readonly allowed: readonly string[];
  /** For people who wrote something else: what it should be. */
  readonly expected: string;
  /** `undefined` for a text that means nothing. */
  readonly parse: (text: string) => T | undefined;
  readonly default: T;
  /** Names of the user's own are read as they are written. */
  readonly exact?: true;
  /** Consulted where the variable is unset. */
  readonly otherwise?: Omit<Setting<T>, "default" | "allowed">;
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

/** A list of words, each of which must be one of `all`. */
function parseWords<T extends string>(text: string, all: readonly T[]): ReadonlySet<T> | undefined {
  const names = new Set(splitList(text));
  const known = all.filter((word) => names.has(word));
  return known.length === names.size ? new Set(known) : undefined;
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function parsePositive(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

const ALL_KINDS: ReadonlySet<CaptureKind> = new Set(CAPTURE_KINDS);
const NO_KINDS: ReadonlySet<CaptureKind> = new Set();

/** Words of OpenTelemetry's Python instrumentations; content of ours stands on spans, so `event_only` is nothing. */
const GENAI_CAPTURE: Readonly<Record<string, ReadonlySet<CaptureKind>>> = {
  true: ALL_KINDS,
  span_only: ALL_KINDS,
  span_and_event: ALL_KINDS,
  event_only: NO_KINDS,
  no_content: NO_KINDS,
  false: NO_KINDS,
};

/** `LOG_LEVEL` is not ours alone: what other loggers call their levels is understood as well. */
const LOG_LEVELS: Readonly<Record<string, McpConfig["logLevel"]>> = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  off: "OFF",
  trace: "DEBUG",
  verbose: "DEBUG",
  warning: "WARN",
  critical: "ERROR",
  fatal: "ERROR",
  none: "OFF",
  silent: "OFF",
};

function parseLevel(text: string): McpConfig["logLevel"] | undefined {
  return Object.hasOwn(LOG_LEVELS, text) ? LOG_LEVELS[text] : undefined;
}

const nameList = (variable: string, what = "keys"): Setting<readonly string[]> => ({
  variable,
  allowed: [],
  expected: `a list of ${what}`,
  parse: splitList,
  default: [],
  exact: true,
});

export const SETTINGS: { readonly [K in EnvironmentKey]: Setting<McpConfig[K]> } = {
  resourceUri: oneOf(
    "OTEL_INSTRUMENTATION_MCP_RESOURCE_URI",
    { full: "full", template: "template", off: "off" },
    "full",
  ),
  errorMessage: onOff("OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE", true),
  trust: oneOf("OTEL_INSTRUMENTATION_MCP_TRUST", { parent: "parent", link: "link", none: "none" }, "parent"),
  baggage: nameList("OTEL_INSTRUMENTATION_MCP_BAGGAGE"),
  metaKeys: nameList("OTEL_INSTRUMENTATION_MCP_META_KEYS"),
  sessionId: oneOf("OTEL_INSTRUMENTATION_MCP_SESSION_ID", { hash: "hash", full: "full", off: "off" }, "hash"),
  logRate: {
    variable: "OTEL_INSTRUMENTATION_MCP_LOG_RATE",
    allowed: ["100"],
    expected: "a number of log entries above 0",
    parse: parsePositive,
    default: 100,
  },
  reuseExecuteTool: onOff("OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL", false),
  metrics: {
    variable: "OTEL_INSTRUMENTATION_MCP_METRICS",
    allowed: [METRIC_FAMILIES.join(","), "none"],
    expected: `none, or a list of ${METRIC_FAMILIES.join(", ")}`,
    parse: (text) => (text === "none" ? new Set() : parseWords(text, METRIC_FAMILIES)),
    default: new Set(METRIC_FAMILIES),
  },
  sessionIdleMs: {
    variable: "OTEL_INSTRUMENTATION_MCP_SESSION_IDLE_MS",
    allowed: ["1800000"],
    expected: "a number of milliseconds above 0",
    parse: parsePositive,
    default: 1_800_000,
  },
  logLevel: {
    variable: "OTEL_INSTRUMENTATION_MCP_LOG_LEVEL",
    allowed: ["info", "debug", "warn", "error", "off"],
    expected: "one of debug, info, warn, error, off",
    parse: parseLevel,
    default: "INFO",
  },
  lineLevel: {
    variable: "LOG_LEVEL",
    allowed: [],
    expected: "one of debug, info, warn, error, off",
    parse: parseLevel,
    default: undefined,
  },
  logLines: onOff("OTEL_INSTRUMENTATION_MCP_LOG_LINES", true),
  slowMs: {
    variable: "OTEL_INSTRUMENTATION_MCP_SLOW_MS",
    allowed: ["10000"],
    expected: "a number of milliseconds above 0",
    parse: parsePositive,
    default: 10_000,
  },
  capture: {
    variable: "OTEL_INSTRUMENTATION_MCP_CAPTURE",
    allowed: ["none", "all", CAPTURE_KINDS.join(",")],
    expected: `all, none, or a list of ${CAPTURE_KINDS.join(", ")}`,
    parse: (text) =>
      text === "all" ? ALL_KINDS : text === "none" ? NO_KINDS : parseWords(text, CAPTURE_KINDS),
    default: NO_KINDS,
    otherwise: {
      variable: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
      expected: `one of ${Object.keys(GENAI_CAPTURE).join(", ")}`,
      parse: (text) => (Object.hasOwn(GENAI_CAPTURE, text) ? GENAI_CAPTURE[text] : undefined),
    },
  },
  captureTools: nameList("OTEL_INSTRUMENTATION_MCP_CAPTURE_TOOLS", "tool names"),
  captureToolsDeny: nameList("OTEL_INSTRUMENTATION_MCP_CAPTURE_TOOLS_DENY", "tool names"),
  captureLimit: {
    variable: "OTEL_INSTRUMENTATION_MCP_CAPTURE_LIMIT",
    allowed: ["8192"],
    expected: "a number of characters above 0",
    parse: parsePositive,
    default: 8192,
  },
  stdout: oneOf(
    "OTEL_INSTRUMENTATION_MCP_STDOUT",
    { detect: "detect", protect: "protect", off: "off" },
    "detect",
  ),
};

/** What the environment can say; a function it cannot. */
export type EnvironmentKey = Exclude<keyof McpConfig, "redact">;

/**
 * Reads the settings from the environment. Empty means unset; a value that is none of the allowed ones is told to
 * `complain` and the default applies.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  complain: (problem: string) => void = () => undefined,
): McpConfig {
  function read<T>(setting: Omit<Setting<T>, "default" | "allowed">): T | undefined {
    const { variable, expected, parse, exact, otherwise } = setting;
    const written = env[variable]?.trim();
    if (written === undefined || written === "") return otherwise === undefined ? undefined : read(otherwise);
    const value = parse(exact === true ? written : written.toLowerCase());
    if (value === undefined) complain(`${variable}=${written} is not ${expected}; using the default`);
    return value;
  }
  const settings = Object.entries(SETTINGS) as [EnvironmentKey, Setting<unknown>][];
  return Object.fromEntries(
    settings.map(([key, setting]) => [key, read(setting) ?? setting.default]),
  ) as unknown as McpConfig;
}
