// Where metrics go: the page and OTLP at once, each where it is turned on, and nowhere for `none`.
import { describe, expect, it, onTestFinished } from "vitest";
import { metricName } from "../../src/admin/metrics/prometheus-names.ts";
import { INSTRUMENTS, type InstrumentRow } from "../../src/signals/metrics/instruments.ts";
import { INITIALIZE } from "../support/hand-fed.ts";
import { startOtlpReceiver, type OtlpReceiver, type SeenMetric } from "../support/otlp-receiver.ts";
import { eventually, pageOf, type Page } from "../support/page.ts";
import { runProgram } from "./program.ts";
import { endsWithTest, GUIDE_PROGRAMS, serveProgram, type Observed, type Served } from "./served.ts";

describe("OTLP and the page at once", () => {
  it("have the same names, in Prometheus's terms, and the same counts", async () => {
    const { receiver, server } = await delivering();
    await converse(server);

    const [sent, page] = await eventually(
      async () => [receiver.metrics(), await server.page()] as const,
      ([metrics, now]) => JSON.stringify(namesOf(metrics)) === JSON.stringify(namesOn(now)),
    );

    expect(namesOf(sent)).toContain("mcp_server_operation_duration_seconds");
    expect(callsIn(sent).at(-1)).toBe(2);
    expect(page.value("mcp_tool_calls_total")).toBe(2);
    expect(sent.every(({ sum, histogram }) => (sum ?? histogram)?.aggregationTemporality !== 1)).toBe(true);
  });

  it("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta is for OTLP, and the page stays cumulative", async () => {
    const { receiver, server } = await delivering({
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
    });
    await converse(server);

    const sent = await eventually(
      async () => receiver.metrics(),
      (metrics) => callsIn(metrics).reduce((sum, calls) => sum + calls, 0) === 2,
    );
    const page = await server.page();

    expect(callsIn(sent).reduce((sum, calls) => sum + calls, 0)).toBe(2);
    expect(
      sent.filter(({ name }) => name === "mcp.tool.calls").map(({ sum }) => sum?.aggregationTemporality),
    ).not.toContain(2);
    expect(latest(sent, "mcp.active_sessions")?.sum?.aggregationTemporality).toBe(2); // as in the specification for up and down
    expect(page.value("mcp_tool_calls_total")).toBe(2);
    expect(page.value("mcp_tool_call_duration_seconds_count")).toBe(2);
  });

  it("base2_exponential_bucket_histogram is for OTLP, and the page keeps the buckets that the guide's queries need", async () => {
    const { receiver, server } = await delivering({
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "base2_exponential_bucket_histogram",
    });
    await converse(server);

    const sent = await eventually(
      async () => receiver.metrics(),
      (metrics) => latest(metrics, "mcp.tool.call.duration") !== undefined,
    );

    expect(sent.filter(({ histogram }) => histogram !== undefined)).toEqual([]);
    expect(
      Number(latest(sent, "mcp.tool.call.duration")?.exponentialHistogram?.dataPoints[0]?.count),
    ).toBeGreaterThan(0);
    expect((await server.page()).samples("mcp_tool_call_duration_seconds_bucket")).toHaveLength(14);
  });
});

describe("OTEL_METRICS_EXPORTER", () => {
  it("=none: no page, nothing sent, and the probes answer", async () => {
    const { receiver, server } = await delivering({ OTEL_METRICS_EXPORTER: "none" });
    await converse(server);

    const [metrics, health, ready] = await Promise.all(
      ["/metrics", "/health", "/ready"].map((path) => server.get(path)),
    );
    await ended(server);

    expect([metrics?.status, health?.status, ready?.status]).toEqual([404, 200, 200]);
    expect(receiver.metrics()).toEqual([]);
  });

  it("=console: one JSON object a line for each metric, on stderr; stdout is the protocol's; and a page", async () => {
    const { server } = await delivering({ OTEL_METRICS_EXPORTER: "console" });
    await converse(server);

    await server.told(/\{"metric":"mcp.tool.calls".*\}\n/);
    const page = await server.page();
    const { stdout, stderr } = await ended(server);

    const printed = stderr
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { metric: string; points: unknown });
    expect(printed.findLast(({ metric }) => metric === "mcp.tool.calls")?.points).toEqual([
      { attributes: { tool_name: "add", status: "success" }, value: 2 },
      { attributes: { tool_name: "add", status: "error" }, value: 0 },
    ]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { jsonrpc: string }).jsonrpc),
    ).toEqual(["2.0", "2.0", "2.0"]);
    expect(page.value("mcp_tool_calls_total")).toBe(2);
  });

  it("=prometheus: the page alone, for a client too", async () => {
    const { receiver, server } = await delivering({ OTEL_METRICS_EXPORTER: "prometheus" }, "client-v1.mjs");

    const page = await server.page();
    await ended(server);

    expect(page.value("process_uptime_seconds")).toBeGreaterThan(0);
    expect(receiver.metrics()).toEqual([]);
  });
});

describe("OTEL_INSTRUMENTATION_MCP_METRICS", () => {
  const RUNTIME = /^(nodejs|v8js)_/;
  const rows = Object.values(INSTRUMENTS) as InstrumentRow[];
  const familyOf = (name: string, help: string | undefined): string | undefined =>
    RUNTIME.test(name) ? "runtime" : rows.find(({ description }) => description === help)?.family;

  it.each(["semconv", "guide", "runtime", "process", "guide,process"])("=%s", async (chosen) => {
    const { server } = await delivering({ OTEL_INSTRUMENTATION_MCP_METRICS: chosen });
    await converse(server);

    const page = await server.page();

    const families = page.families
      .filter(({ name }) => name !== "target_info")
      .map(({ name, help }) => familyOf(name, help));
    expect(new Set(families)).toEqual(new Set(chosen.split(",")));
  });

  it("=none: a page of other people's metrics", async () => {
    const { server } = await delivering({ OTEL_INSTRUMENTATION_MCP_METRICS: "none" });
    await converse(server);

    expect((await server.page()).families.map(({ name }) => name)).toEqual(["target_info"]);
  });
});

it("a bucket leads to a trace that was exported, where the scraper asks for OpenMetrics", async () => {
  const { receiver, server } = await delivering({
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "prometheus",
  });
  await converse(server);
  const spans = await receiver.waitFor(
    (seen) => seen.filter(({ name }) => name === "tools/call add").length === 2,
  );

  const { body } = await server.get("/metrics", { accept: "application/openmetrics-text" });

  const page = pageOf(body, { openMetrics: true });
  for (const [metric, labels] of [
    ["mcp_server_operation_duration_seconds", { gen_ai_tool_name: "add" }],
    ["mcp_tool_call_duration_seconds", { tool_name: "add" }],
  ] as const) {
    const exemplars = page.samples(`${metric}_bucket`, labels).flatMap(({ exemplar }) => exemplar ?? []);
    expect(exemplars).not.toEqual([]);
    for (const {
      labels: { trace_id, span_id },
    } of exemplars) {
      expect(spans.find(({ spanId }) => spanId === span_id)).toMatchObject({
        traceId: trace_id,
        name: "tools/call add",
        kind: "SERVER",
      });
    }
  }
});

it("traces that are not sampled leave no exemplars", async () => {
  const { server } = await delivering({ OTEL_TRACES_EXPORTER: "otlp", OTEL_TRACES_SAMPLER: "always_off" });
  await converse(server);

  const { body } = await server.get("/metrics", { accept: "application/openmetrics-text" });

  expect(pageOf(body, { openMetrics: true }).value("mcp_tool_calls_total")).toBe(2);
  expect(body).not.toContain("trace_id");
});

it("a meter provider that is registered after mcp-otelkit, and after a session has begun, receives everything since, and the counts before", async () => {
  const { stdout, stderr, code } = await runProgram(["late-provider.mjs"], { cwd: GUIDE_PROGRAMS });

  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({
    "mcp.tool.calls": 2,
    "mcp.tool.call.duration": 1,
    "mcp.active_sessions": 1,
    "mcp.client.operation.duration": 1,
  });
});

/** A server with its own collector, exporting every tenth of a second. */
async function delivering(
  env: Record<string, string> = {},
  program = "stdio-server.mjs",
): Promise<{ receiver: OtlpReceiver; server: Served }> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const server = await serveProgram([program], {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_METRIC_EXPORT_INTERVAL: "100",
      ...env,
    },
  });
  return { receiver, server: endsWithTest(server) };
}

/** Two calls in a session. */
async function converse(server: Observed): Promise<void> {
  const say = (message: object): void => server.order(JSON.stringify({ jsonrpc: "2.0", ...message }));
  say({ id: 0, method: "initialize", params: INITIALIZE });
  say({ method: "notifications/initialized" });
  for (const id of [1, 2])
    say({ id, method: "tools/call", params: { name: "add", arguments: { a: 2, b: 3 } } });
  await Promise.all([1, 2].map((id) => server.said(new RegExp(`"id":${id}\\b`))));
}

function ended(server: Observed): Served["ended"] {
  server.child.stdin?.end();
  return server.ended;
}

function latest(metrics: readonly SeenMetric[], name: string): SeenMetric | undefined {
  return metrics.findLast((metric) => metric.name === name);
}

/** The calls that each export counted. */
function callsIn(metrics: readonly SeenMetric[]): number[] {
  const points = metrics.filter(({ name }) => name === "mcp.tool.calls").map(({ sum }) => sum?.dataPoints[0]);
  return points.map((point) => Number(point?.asInt ?? point?.asDouble ?? 0));
}

function namesOf(metrics: readonly SeenMetric[]): string[] {
  const kindOf = ({ sum, gauge }: SeenMetric) =>
    sum ? (sum.isMonotonic ? "counter" : "gauge") : gauge ? "gauge" : "histogram";
  return [
    ...new Set(metrics.map((metric) => metricName(metric.name, metric.unit ?? "", kindOf(metric)) ?? "")),
  ].toSorted();
}

/** Without the part that only a page has: the resource as a metric. */
function namesOn(page: Page): string[] {
  return page.families
    .map(({ name }) => name)
    .filter((name) => name !== "target_info")
    .toSorted();
}
