// Log lines as an operator meets them: JSON on stderr, beside whatever else is there, and log records that say the same.
import { afterEach, beforeEach, expect, it } from "vitest";
import { startOtlpReceiver, type OtlpReceiver } from "../support/otlp-receiver.ts";
import { exportingTo, PRELOAD, runProgram, type Ended } from "./program.ts";

const LOUD = { OTEL_INSTRUMENTATION_MCP_LOG_LINES: "on" };

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

type Line = Record<string, unknown>;

/** What of stderr is JSON; the rest is for people. */
function linesOf({ stderr }: Ended): Line[] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}

async function run(env: Record<string, string>, words = PRELOAD): Promise<Ended> {
  return runProgram([...words, "logging.mjs"], { env: { ...LOUD, ...exportingTo(receiver.url), ...env } });
}

it("each tool call is a line of the guide's, at INFO", async () => {
  const lines = linesOf(await run({}));
  const completed = lines.filter(({ message }) => message === "Tool call completed");
  expect(completed).toHaveLength(2); // each side once
  expect(completed).toContainEqual({
    timestamp: expect.any(String) as unknown,
    level: "INFO",
    server: "weather",
    version: "2.1.0",
    message: "Tool call completed",
    method: "tools/call",
    tool: "forecast",
    request_id: "1",
    side: "server",
    client: "agent",
    client_version: "1.0.0",
    duration_ms: expect.any(Number) as unknown,
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
  });
  expect(lines.map(({ message }) => message)).toEqual(
    expect.arrayContaining(["Session opened", "Session closed"]),
  );
  expect(lines.filter(({ level }) => level === "DEBUG")).toEqual([]);
});

it("createLogger: the running operation is filled in, secrets are taken out, nothing throws", async () => {
  const ended = await run({});
  const lines = linesOf(ended);
  const call = lines.find(({ message, side }) => message === "Tool call completed" && side === "server");
  const found = lines.find(({ message }) => message === "Found");
  expect(found).toMatchObject({
    level: "INFO",
    server: "weather",
    tool: "forecast",
    request_id: "1",
    city_count: 2,
    api_key: "REDACTED",
    nested: { token: "REDACTED", ok: true },
    trace_id: call?.["trace_id"],
    span_id: call?.["span_id"],
  });
  expect(lines.find(({ message }) => message === "Refused")).toMatchObject({
    level: "ERROR",
    error: "too far",
    error_type: "RangeError",
  });
  expect(lines.find(({ message }) => message === "Ready")).not.toHaveProperty("tool");
  expect(lines.find(({ message }) => message === "Odd")).toMatchObject({
    level: "WARN",
    big: expect.anything() as unknown,
  });
  expect(lines.find(({ message }) => message === "Revoked")).toMatchObject({ id: "12345678901234567890" });
  expect(lines.find(({ message }) => message === "Failed")).toMatchObject({
    error: "why",
    error_type: "RangeError",
  });
  expect(lines.map(({ message }) => message)).toEqual(expect.arrayContaining(["alone", "Hostile"]));
  expect(ended).toMatchObject({ stdout: "", code: 0 });
});

it("a log message of MCP's is a line at its level, without its data", async () => {
  const ended = await run({ LOG_LEVEL: "warn" });
  const lines = linesOf(ended);
  expect(lines.filter(({ message }) => message === "MCP log message")).toMatchObject([
    { level: "WARN", logger: "db" },
    { level: "WARN", logger: "db" },
  ]);
  expect(lines.filter(({ level }) => level === "INFO" || level === "DEBUG")).toEqual([]);
  expect(ended.stderr).not.toContain("private rows");
});

it.each([{ LOG_LEVEL: "off" }, { OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off" }])(
  "no lines: %j",
  async (env) => {
    expect(linesOf(await run(env as Record<string, string>))).toEqual([]);
  },
);

it("records say the same as lines, whether there are lines or not", async () => {
  const lines = linesOf(
    await run({ OTEL_LOGS_EXPORTER: "otlp", OTEL_INSTRUMENTATION_MCP_LOG_LEVEL: "debug" }),
  );
  const records = receiver.logs();
  const told = records.map(({ body, severityText, traceId, spanId }) => [
    body,
    severityText,
    traceId,
    spanId,
  ]);
  const written = lines.map(({ message, level, trace_id, span_id }) => [message, level, trace_id, span_id]);
  expect(told.length).toBeGreaterThan(8);
  expect(told.map(String).toSorted()).toEqual(written.map(String).toSorted());
  expect(records.find(({ body }) => body === "Found")).toMatchObject({
    scope: "weather",
    attributes: { "gen_ai.tool.name": "forecast", city_count: 2, api_key: "REDACTED" },
  });
});

it("LOG_LEVEL is about lines alone: the records of a server that keeps its stderr quiet arrive", async () => {
  const lines = linesOf(await run({ OTEL_LOGS_EXPORTER: "otlp", LOG_LEVEL: "off" }));

  expect(lines).toEqual([]);
  expect(receiver.logs().length).toBeGreaterThan(3);
});

it("createLogger works without the preload", async () => {
  const lines = linesOf(await run({}, []));
  expect(lines.map(({ message }) => message)).toEqual([
    "Ready",
    "Found",
    "Refused",
    "Odd",
    "Revoked",
    "Failed",
    "alone",
    "Hostile",
  ]);
  expect(lines[1]).not.toHaveProperty("trace_id");
});
