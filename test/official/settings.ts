/** The settings under which the official servers run. A new setting is a new row. */
import type { NodeMajor } from "../support/homes.ts";
import type { Collectors } from "./collectors.ts";

export interface Setting {
  readonly name: string;
  readonly how?: "import" | "require" | "NODE_OPTIONS";
  /** The user's own OpenTelemetry SDK, in a preload before or after mcp-otelkit. */
  readonly theirs?: "before" | "after";
  readonly env?: Readonly<Record<string, string>>;
  /** Where telemetry goes; default `alive`. */
  readonly collector?: keyof Collectors;
  readonly protocol?: "http/protobuf" | "grpc";
  /** Which SDK has to deliver a span for each message; `nobody` where none must arrive; undefined where none can. */
  readonly by?: "ours" | "theirs" | "nobody";
  readonly node?: NodeMajor;
}

const SDK = "OTEL_INSTRUMENTATION_MCP_SDK";

const DEAD = (["refused", "black hole", "503", "no TLS", "no such name"] as const).flatMap((collector) =>
  (["http/protobuf", "grpc"] as const).map((protocol): Setting => ({
    name: `collector: ${collector}, ${protocol}`,
    collector,
    protocol,
  })),
);

export const SETTINGS: readonly Setting[] = [
  { name: "--import", by: "ours" },
  { name: "--import, grpc", protocol: "grpc", by: "ours" },
  { name: "--require", how: "require", by: "ours" },
  { name: "NODE_OPTIONS", how: "NODE_OPTIONS", by: "ours" },
  { name: "Node 22", node: 22, by: "ours" },
  { name: "Node 24", node: 24, by: "ours" },
  { name: "Node 26, --require", node: 26, how: "require", by: "ours" },
  { name: "auto, theirs before", theirs: "before", by: "theirs" },
  { name: "auto, theirs after", theirs: "after", by: "theirs" },
  { name: "join", env: { [SDK]: "join" }, by: "nobody" },
  { name: "join, theirs before", env: { [SDK]: "join" }, theirs: "before", by: "theirs" },
  { name: "join, theirs after", env: { [SDK]: "join" }, theirs: "after", by: "theirs" },
  { name: "own", env: { [SDK]: "own" }, by: "ours" },
  { name: "own, theirs before", env: { [SDK]: "own" }, theirs: "before", by: "ours" },
  { name: "own, theirs after", env: { [SDK]: "own" }, theirs: "after", by: "ours" },
  { name: "off", env: { [SDK]: "off" }, by: "nobody" },
  { name: "mcp disabled", env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "mcp" }, by: "nobody" },
  { name: "mcp enabled alone", env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: "mcp" }, by: "ours" },
  { name: "draining", env: { OTEL_INSTRUMENTATION_MCP_DRAIN_MS: "1000" }, by: "ours" },
  { name: "flush on exit", env: { OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT: "on" }, by: "ours" },
  { name: "stdout protected", env: { OTEL_INSTRUMENTATION_MCP_STDOUT: "protect" }, by: "ours" },
  { name: "all content", env: { OTEL_INSTRUMENTATION_MCP_CAPTURE: "all" }, by: "ours" },
  ...DEAD,
];
