// Loggers that people have already: their lines and log records join the traces, where OpenTelemetry's instrumentations of
// them are installed beside the application.
import { expect, it, onTestFinished } from "vitest";
import { installedPackage, nodeBinary, type NodeMajor, type OtelLine } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import type { SeenLog } from "../support/seen-log.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { exportingTo, PRELOAD, runProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const PROGRAMS: readonly (readonly [program: string, env: Record<string, string>])[] = [
  ["pino-before.mjs", {}],
  ["pino-after.mjs", {}],
  ["pino.cjs", {}],
  ["pino.cjs", { AFTER: "the MCP SDK" }],
  ["winston.mjs", {}],
  ["winston.cjs", {}],
  ["winston.cjs", { AFTER: "the MCP SDK" }],
];
const NODES: [on: string, major: NodeMajor][] = ([20, 22, 24] as const).map((major) => ["on Node", major]);
const SENDING = { OTEL_LOGS_EXPORTER: "otlp" };

describeVariants(NODES, {}, (_on, major) => {
  it.each(PROGRAMS)("%s %o: lines and records have the tool's trace and span", async (program, more) => {
    const node = await nodeBinary(major);

    const { lines, logs, spans, stdout, code } = await run([...PRELOAD, program], {
      node,
      ...SENDING,
      ...more,
    });

    expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
    const call = callIn(spans);
    expect(lines).toEqual([
      expect.objectContaining({ trace_id: call.traceId, span_id: call.spanId, widgets: 3 }),
      expect.objectContaining({ widgets: 4 }),
    ]);
    expect(lines[1]).not.toHaveProperty("trace_id");
    expect(
      logs.map(({ body, traceId, spanId, attributes }) => [body, traceId, spanId, attributes["widgets"]]),
    ).toEqual([
      ["from a tool", call.traceId, call.spanId, 3],
      ["from outside", undefined, undefined, 4],
    ]);
  });
});

// The application has its own copies of OpenTelemetry's API and the instrumentations: of the 2.x line here.
const BESIDE: [OtelLine, string][] = [
  ["otel-2", "pino-before.mjs"],
  ["otel-2", "winston.mjs"],
  ["otel-3", "pino-before.mjs"],
  ["otel-3", "winston.mjs"],
];

describeVariants(BESIDE, {}, (line, program) => {
  it("with mcp-otelkit installed in another place", async () => {
    const words = ["--import", await installedPackage(line), program];

    const { lines, logs, spans } = await run(words, SENDING);

    const call = callIn(spans);
    expect(lines[0]).toMatchObject({ trace_id: call.traceId, span_id: call.spanId });
    expect(logs.map(({ body, spanId }) => [body, spanId])).toEqual([
      ["from a tool", call.spanId],
      ["from outside", undefined],
    ]);
  });
});

it.each([
  ["before us", ["--import", "./plain-sdk.mjs", ...PRELOAD, "pino-before.mjs"]],
  ["after us, and before the logger is loaded", [...PRELOAD, "pino-late.mjs"]],
])("leaves the choice to an SDK that the application has started %s", async (_when, words) => {
  const { lines, logs } = await run(words, SENDING);

  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toHaveProperty("trace_id");
  expect(logs).toEqual([]);
});

it.each(["pino-before.mjs", "winston.mjs"])(
  "%s: OTEL_LOGS_EXPORTER=none leaves the lines alone",
  async (program) => {
    const { lines, logs, spans } = await run([...PRELOAD, program]);

    expect(lines[0]).toMatchObject({ span_id: callIn(spans).spanId });
    expect(logs).toEqual([]);
  },
);

it.each([
  ["pino-before.mjs", { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "pino,winston" }],
  ["winston.mjs", { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "pino,winston" }],
  ["pino-before.mjs", { OTEL_SDK_DISABLED: "true" }],
  ["pino-before.mjs", { OTEL_INSTRUMENTATION_MCP_SDK: "join" }],
])("%s with %o: as without mcp-otelkit", async (program, env) => {
  const { lines, logs } = await run([...PRELOAD, program], { ...SENDING, ...env });

  expect(lines.map(({ widgets }) => widgets)).toEqual([3, 4]);
  for (const line of lines) expect(line).not.toHaveProperty("trace_id");
  expect(logs).toEqual([]);
});

interface Logged {
  /** What the application's logger wrote. */
  readonly lines: Record<string, unknown>[];
  /** What has become of it as log records. */
  readonly logs: SeenLog[];
  readonly spans: SeenSpan[];
  readonly stdout: string;
  readonly code: number | null;
}

async function run(words: readonly string[], env: Record<string, string> = {}): Promise<Logged> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const { node = process.execPath, ...more } = env;
  const { stdout, stderr, code } = await runProgram(words, {
    node,
    env: { ...exportingTo(receiver.url), ...more },
  });
  const lines = stderr
    .split("\n")
    .filter((line) => line.includes('"widgets"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const logs = receiver.logs().filter(({ scope }) => /pino|winston/.test(scope));
  return { lines, logs, spans: receiver.spans(), stdout, code };
}

function callIn(spans: readonly SeenSpan[]): SeenSpan {
  const call = spans.find(({ kind, name }) => kind === "SERVER" && name === "tools/call work");
  if (call === undefined) throw new Error(`no call among ${spans.length} spans`);
  return call;
}
