import type { Cell } from "../matrix/cells.ts";

/** The variables that make OpenTelemetry print. Its own loggers and exporters print to stdout, which is the protocol's. */
export interface StdoutSetting {
  title: string;
  env: Record<string, string>;
  /** mcp-otelkit records nothing, so that not even trace context is on the wire. */
  off?: true;
}

export const STDOUT_SETTINGS: StdoutSetting[] = [
  ...["none", "error", "warn", "info", "debug", "verbose", "all"].map((level) => ({
    title: `OTEL_LOG_LEVEL=${level}`,
    env: { OTEL_LOG_LEVEL: level },
  })),
  { title: "OTEL_LOG_LEVEL unset", env: {} },
  { title: "OTEL_TRACES_EXPORTER=console", env: { OTEL_TRACES_EXPORTER: "console" } },
  { title: "console, and all", env: { OTEL_TRACES_EXPORTER: "console", OTEL_LOG_LEVEL: "all" } },
  // No server listens on the discard port: every export fails and logs an error.
  {
    title: "no collector, and all",
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_LOG_LEVEL: "all" },
  },
  {
    title: "an unknown exporter, and all",
    env: { OTEL_TRACES_EXPORTER: "pigeon", OTEL_LOG_LEVEL: "all" },
    off: true,
  },
  {
    title: "OTEL_SDK_DISABLED, and all",
    env: { OTEL_SDK_DISABLED: "true", OTEL_LOG_LEVEL: "all" },
    off: true,
  },
];

export const STDOUT_CELLS: Cell[] = [
  { sdk: "v1-latest", format: "mjs", way: "stdio" },
  { sdk: "v2-latest", format: "cjs", way: "stdio" },
];
