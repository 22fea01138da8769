// Users have read the monitoring guide for MCP servers. Its tables, probes, queries and checklist are repeated here,
// and each line of them works in a process under the preload, without code.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, pageOf, type Page } from "../support/page.ts";
import { endsWithTest, serveProgram, type Served } from "./served.ts";

/** Metric, type, the labels that its description or the guide's code gives it. */
const METRICS: readonly [table: string, metric: string, type: string, labels: readonly string[]][] = [
  ["protocol", "mcp_tool_calls_total", "counter", ["tool_name", "status"]],
  ["protocol", "mcp_tool_call_duration_seconds", "histogram", ["tool_name"]],
  ["protocol", "mcp_resource_reads_total", "counter", ["resource_uri"]],
  ["protocol", "mcp_active_sessions", "gauge", []],
  ["protocol", "mcp_session_duration_seconds", "histogram", []],
  ["protocol", "mcp_errors_total", "counter", ["error_type"]],
  ["infrastructure", "process_cpu_seconds_total", "counter", []],
  ["infrastructure", "process_resident_memory_bytes", "gauge", []],
  ["infrastructure", "process_open_fds", "gauge", []],
  ["infrastructure", "mcp_http_requests_total", "counter", ["endpoint", "method", "status"]],
  ["infrastructure", "mcp_http_request_duration_seconds", "histogram", ["endpoint"]],
  ["business", "api_quota_remaining", "gauge", []],
  ["business", "cache_hit_ratio", "gauge", []],
  ["business", "data_age_seconds", "gauge", ["source"]],
];

const CALL_BUCKETS = [
  "0.01",
  "0.05",
  "0.1",
  "0.25",
  "0.5",
  "1",
  "2.5",
  "5",
  "10",
  "30",
  "60",
  "120",
  "300",
  "+Inf",
];

/**
 * The names that the guide's panels, alerts and capacity queries select, and the labels they sum by. `job` and `up`
 * are Prometheus's own.
 */
const QUERIES: readonly [
  purpose: string,
  sample: string,
  where: Record<string, string>,
  by: readonly string[],
][] = [
  ["panel: tool call rate", "mcp_tool_calls_total", {}, ["tool_name"]],
  ["panel: latency P50, P95, P99", "mcp_tool_call_duration_seconds_bucket", {}, ["le", "tool_name"]],
  ["panel and alert: error rate", "mcp_tool_calls_total", { status: "error" }, ["tool_name"]],
  ["panel: active sessions", "mcp_active_sessions", {}, []],
  ["panel and alert: memory, and its trend", "process_resident_memory_bytes", {}, []],
  ["panel: CPU", "process_cpu_seconds_total", {}, []],
  ["panel: tool call breakdown", "mcp_tool_calls_total", {}, ["tool_name", "status"]],
  ["capacity: session duration", "mcp_session_duration_seconds_bucket", {}, ["le"]],
];

type Check = (server: Served, page: Page) => Promise<boolean> | boolean;

/** The production readiness checklist: this test checks each line, or names what does. */
const CHECKLIST: readonly [
  line: string,
  by: Check | "the test of the probes" | "logs" | "dashboards and alerts" | "the operator",
][] = [
  [
    "/health endpoint returns 200 when the server is running",
    async ({ get }) => (await get("/health")).status === 200,
  ],
  [
    "/ready endpoint checks all critical dependencies (database, APIs)",
    async ({ get }) => (await get("/ready")).body.includes('"database":"unhealthy'),
  ],
  ["Kubernetes probes (or equivalent) configured for liveness and readiness", "the operator"],
  ["Graceful shutdown handler drains active sessions on SIGTERM", "the test of the probes"],
  ["Prometheus metrics exposed at /metrics", async ({ get }) => (await get("/metrics")).status === 200],
  [
    "Tool call counter with tool name and status labels",
    (_, page) =>
      page.samples("mcp_tool_calls_total").every(({ labels }) => labels["tool_name"] && labels["status"]),
  ],
  [
    "Tool call latency histogram with appropriate buckets",
    (_, page) => page.samples("mcp_tool_call_duration_seconds_bucket", { le: "2.5" }).length > 0,
  ],
  ["Active session gauge", (_, page) => page.family("mcp_active_sessions")?.type === "gauge"],
  ["Grafana dashboard with rate, latency, error, and session panels", "dashboards and alerts"],
  ["Dashboard accessible to all team members", "the operator"],
  ["Structured JSON logging to stderr", "logs"],
  ["Correlation IDs on every tool call", "logs"],
  ["Log level configurable via environment variable", "logs"],
  ["Logs shipped to a centralized aggregation system", "the operator"],
  ["No sensitive data (API keys, passwords) in log output", "logs"],
  ["Alert for server down (critical, 1-minute threshold)", "dashboards and alerts"],
  ["Alert for high error rate (warning, 5% for 5 minutes)", "dashboards and alerts"],
  ["Alert for high latency (warning, P95 above threshold)", "dashboards and alerts"],
  ["Alert for high memory usage (warning, 80% of limit)", "dashboards and alerts"],
  ["Alert routing configured (PagerDuty for critical, Slack for warning)", "the operator"],
  ["Runbook links included in alert annotations", "dashboards and alerts"],
  ["Container resource limits set (CPU and memory)", "the operator"],
  ["Horizontal auto-scaling configured", "the operator"],
  ["TLS/HTTPS enabled on all endpoints", "the operator"],
  ["Secrets injected via environment variables, not hardcoded", "the operator"],
];

/** A count for each thing the conversation below did. */
const COUNTS: readonly [sample: string, labels: Record<string, string>, count: number][] = [
  ["mcp_tool_calls_total", { tool_name: "search_documents", status: "success" }, 2],
  ["mcp_tool_calls_total", { tool_name: "search_documents", status: "error" }, 1],
  ["mcp_tool_calls_total", { tool_name: "get_user_profile", status: "error" }, 1],
  ["mcp_tool_calls_total", { tool_name: "_OTHER", status: "error" }, 1],
  ["mcp_tool_call_duration_seconds_count", { tool_name: "search_documents" }, 3],
  ["mcp_resource_reads_total", { resource_uri: "docs://readme" }, 2],
  ["mcp_resource_reads_total", { resource_uri: "users://{id}/profile" }, 3],
  ["mcp_resource_reads_total", { resource_uri: "_OTHER" }, 1],
  ["mcp_active_sessions", {}, 2],
  ["mcp_session_duration_seconds_count", {}, 1],
  ["mcp_errors_total", { error_type: "tool_error" }, 3],
  ["mcp_errors_total", { error_type: "-32601" }, 1],
  ["mcp_http_requests_total", { endpoint: "/mcp", method: "DELETE", status: "200" }, 1],
  ["mcp_http_requests_total", { endpoint: "_OTHER", method: "GET", status: "404" }, 1],
  ["mcp_http_requests_total", { endpoint: "/health", method: "GET", status: "200" }, 1],
  ["mcp_http_request_duration_seconds_count", { endpoint: "/health" }, 1],
];

describe("a server over Streamable HTTP that clients have talked to", () => {
  let server: Served;
  let clients: Client[];
  let page: Page;

  beforeAll(async () => {
    server = await serveProgram(["http-server.mjs"]);
    server.order("listen");
    const [, url = ""] = await server.said(/listening (\S+)/);
    clients = [await connect(url), await connect(url), await connect(url)];
    const [first, second, third] = clients as [Client, Client, Client];
    await first.callTool({ name: "search_documents", arguments: { query: "a" } });
    await second.callTool({ name: "search_documents", arguments: { query: "b" } });
    await second.callTool({ name: "search_documents", arguments: { query: 7 } });
    await first.callTool({ name: "get_user_profile" });
    await first.callTool({ name: "an_invention" });
    await first.readResource({ uri: "docs://readme" });
    await second.readResource({ uri: "docs://readme" });
    for (const id of [1, 2, 3]) await first.readResource({ uri: `users://${id}/profile` });
    await Promise.allSettled([first.readResource({ uri: "docs://nothing" }), first.listPrompts()]);
    await (third.transport as StreamableHTTPClientTransport).terminateSession();
    await third.close();
    await (await fetch(new URL("/somewhere", url))).text();
    await server.get("/health");
    page = await eventually(
      server.page,
      (now) => now.value("mcp_http_request_duration_seconds_count", { endpoint: "/health" }) === 1,
    );
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    server.child.kill("SIGKILL");
  });

  it.each(METRICS)("%s: %s is a %s labelled %j", (_table, metric, type, labels) => {
    const family = page.family(metric);
    expect({ type: family?.type, labels: labelsOf(family?.samples[0]?.labels) }).toEqual({
      type,
      labels: labels.toSorted(),
    });
  });

  it.each(COUNTS)("%s%j is %i", (sample, labels, count) => {
    expect(page.value(sample, labels)).toBe(count);
  });

  it.each(QUERIES)("%s finds %s%j by %j", (_purpose, sample, where, by) => {
    const found = page.samples(sample, where);
    expect(found).not.toEqual([]);
    for (const { labels } of found) expect(by.filter((label) => !labels[label])).toEqual([]);
  });

  it.each(["mcp_tool_call_duration_seconds", "mcp_http_request_duration_seconds"])(
    "%s has the guide's buckets",
    (metric) => {
      const { samples = [] } = page.family(metric) ?? {};
      const bounds = samples.filter(({ name }) => name.endsWith("_bucket")).map(({ labels }) => labels["le"]);
      expect([...new Set(bounds)]).toEqual(CALL_BUCKETS);
    },
  );

  const checks = CHECKLIST.flatMap(([line, by]) => (typeof by === "function" ? [[line, by] as const] : []));
  it.each(checks)("checklist: %s", async (_line, check) => {
    expect(await check(server, page)).toBe(true);
  });

  it("/health has the fields of both of the guide's implementations", async () => {
    const { status, body } = await server.get("/health");
    const number: unknown = expect.any(Number);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      status: "healthy",
      uptime_seconds: number,
      uptimeSeconds: number,
      version: "1.2.0",
      activeSessions: 2,
      memoryMB: number,
    });
  });

  it("a scrape is Prometheus's text, or OpenMetrics on request", async () => {
    const text = await server.get("/metrics");
    const openMetrics = await server.get("/metrics", {
      accept: "application/openmetrics-text; version=1.0.0",
    });

    expect(text.type).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(openMetrics.type).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    const names = (families: Page["families"]) =>
      new Set(families.flatMap(({ samples }) => samples.map(({ name }) => name)));
    const more = names(pageOf(openMetrics.body, { openMetrics: true }).families);
    const created = [...more].filter((name) => name.endsWith("_created"));
    expect(created).toEqual(expect.arrayContaining(["mcp_tool_calls_created"]));
    expect(more).toEqual(new Set([...names(pageOf(text.body).families), ...created]));
  });
});

it("probes: alive from the start, ready with transport and database, not ready from SIGTERM on, sessions drained", async () => {
  const server = endsWithTest(await serveProgram(["http-server.mjs"]));
  const ready = async () => {
    const { status, body } = await server.get("/ready");
    return { code: status, ...(JSON.parse(body) as object) };
  };
  const report = (checks: object) => ({
    checks: { server: "healthy", shutdown: "healthy", database: "healthy", ...checks },
  });

  const starting = { health: (await server.get("/health")).status, ready: await ready() };
  server.order("listen");
  const [, url = ""] = await server.said(/listening (\S+)/);
  const withoutDatabase = await ready();
  server.order("database up");
  await server.said(/done database up/);
  await expect.poll(async () => (await ready()).code, { timeout: 10_000 }).toBe(200); // a result serves a second
  const allThere = await ready();
  const client = await connect(url);
  const before = (await server.page()).value("mcp_active_sessions");
  server.child.kill("SIGTERM");
  await server.said(/drained/);
  const draining = {
    health: (await server.get("/health")).status,
    ready: await ready(),
    page: await server.page(),
  };
  await client.close();
  server.order("exit");

  const down = { database: "unhealthy" };
  const uptimes = {
    uptime_seconds: expect.any(Number) as number,
    uptimeSeconds: expect.any(Number) as number,
  };
  expect(starting.health).toBe(200);
  expect(starting.ready).toEqual({
    code: 503,
    status: "not_ready",
    ...uptimes,
    ...report({ server: "unhealthy", ...down }),
  });
  expect(withoutDatabase).toEqual({ code: 503, status: "not_ready", ...uptimes, ...report(down) });
  expect(allThere).toEqual({ code: 200, status: "ready", ...uptimes, ...report({}) });
  expect(before).toBe(1);
  expect(draining.health).toBe(200);
  expect(draining.ready).toMatchObject({
    code: 503,
    ...report({ shutdown: "unhealthy" }),
  });
  expect(draining.page.value("mcp_active_sessions")).toBe(0);
  expect(draining.page.value("mcp_session_duration_seconds_count")).toBe(1);
  expect((await server.ended).code).toBe(0);
});

it("a server over stdio has all of it as well, and stdout to itself", async () => {
  const server = endsWithTest(await serveProgram(["stdio-server.mjs"]));
  const say = (message: object) => server.order(JSON.stringify({ jsonrpc: "2.0", ...message }));

  const ready = await eventually(
    () => server.get("/ready"),
    ({ status }) => status === 200,
  );
  const before = await server.page();
  say({
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "host", version: "1" } },
  });
  say({ method: "notifications/initialized" });
  say({ id: 1, method: "tools/call", params: { name: "add", arguments: { a: 2, b: 3 } } });
  await server.said(/"id":1/);
  const page = await server.page();
  const health = JSON.parse((await server.get("/health")).body) as object;
  server.child.stdin?.end();
  const { code, stdout } = await server.ended;

  expect(ready.status).toBe(200);
  expect(before.value("mcp_active_sessions")).toBe(0);
  expect(page.value("mcp_active_sessions")).toBe(1);
  expect(page.value("mcp_tool_calls_total", { tool_name: "add", status: "success" })).toBe(1);
  expect(health).toMatchObject({ status: "healthy", version: "3.1.4", activeSessions: 1 });
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id: unknown }).id),
  ).toEqual([0, 1]);
});

it("a check that hangs is unhealthy and not fatal", async () => {
  const server = endsWithTest(await serveProgram(["hanging-check.mjs"]));

  const { status, body } = await server.get("/ready");

  expect(status).toBe(503);
  expect(JSON.parse(body)).toMatchObject({
    checks: { hangs: "unhealthy", throws: "unhealthy" },
  });
  expect((await server.get("/health")).status).toBe(200);
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

function labelsOf(labels: Record<string, string> = {}): string[] {
  const names = Object.keys(labels).filter((name) => name !== "le");
  return names.toSorted();
}
