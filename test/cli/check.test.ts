import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { check } from "../../src/cli/check.ts";
import { CHECKLIST } from "../../src/cli/checklist.ts";
import { run } from "../package/npm.ts";
import { endsWithTest, serveProgram } from "../process/served.ts";
import { GUIDE_CHECKLIST } from "./guide-checklist.ts";
import { ALL, checkSetUp, healthy, type Facts } from "./set-up.ts";

const LINES = Object.values(GUIDE_CHECKLIST).flat();
/** A container of a set-up's Deployment. */
const server = (facts: Facts): Record<string, unknown> =>
  (facts.deployment.spec.template.spec["containers"] as Record<string, unknown>[])[0] ?? {};
const rule = (facts: Facts, group: number, index: number): Record<string, unknown> => {
  const { data } = facts.http["/api/v1/rules"] as {
    data: { groups: { rules: Record<string, unknown>[] }[] };
  };
  return data.groups[group]?.rules[index] ?? {};
};

it("has every line of the guide, in its order", () => {
  const ours = CHECKLIST.filter(({ section }) => section in GUIDE_CHECKLIST);

  expect(ours.map(({ says }) => says)).toEqual(LINES);
  for (const { section, says } of ours) expect(GUIDE_CHECKLIST[section]).toContain(says);
});

describe("a set-up that meets everything", () => {
  it("is ok in every line that this machine's own addresses allow", async () => {
    const { code, rows, silent } = await checkSetUp(healthy());

    const other = rows
      .filter(({ result }) => result !== "ok")
      .map(({ line, result, saw }) => `${result}: ${line} (${saw})`);
    expect(other).toEqual([
      "not checked: TLS/HTTPS enabled on all endpoints (needs URLs that are not this machine's)",
    ]);
    expect(silent).toEqual([]);
    expect(code).toBe(0);
  });

  it("fails under --strict as long as a line is not checked", async () => {
    expect((await checkSetUp(healthy(), ALL, "--strict")).code).toBe(1);
  });

  it("looks into Loki for what stderr would have said", async () => {
    const { row } = await checkSetUp(healthy(), ["loki"]);

    expect(row("Structured JSON logging to stderr")).toMatchObject({
      result: "ok",
      saw: "1 of 1 records with a severity, by OTLP",
    });
    expect(row("Correlation IDs on every tool call")).toMatchObject({
      result: "ok",
      saw: "1 of 1 records of tool calls",
    });
  });

  it("looks into Prometheus for what a server's page would have said", async () => {
    const facts = healthy();
    facts.queries = {
      'count({__name__=~"mcp_.+"})': [{ metric: {}, value: [0, "42"] }],
      'count(mcp_tool_calls_total{tool_name!="",status!=""})': [{ metric: {}, value: [0, "2"] }],
      "count by (le) (mcp_tool_call_duration_seconds_bucket)": [
        "0.01",
        "0.05",
        "0.1",
        "0.25",
        "0.5",
        "1.0",
        "2.5",
        "5.0",
        "10.0",
        "+Inf",
      ].map((le) => ({ metric: { le }, value: [0, "1"] })),
    };

    const { row } = await checkSetUp(facts, ["prometheus"]);

    expect(row("Prometheus metrics exposed at /metrics")).toMatchObject({ result: "ok", saw: "42 series" });
    expect(row("Tool call counter with tool name and status labels")).toMatchObject({
      result: "ok",
      saw: "2 series",
    });
    expect(row("Tool call latency histogram with appropriate buckets")).toMatchObject({ result: "ok" });
    expect(row("Active session gauge")).toMatchObject({ result: "failed", saw: "0 series" });
  });
});

/** What is broken, and the resulting line. Every line is here, except for TLS, which no loopback address can fail. */
const SPOILT: [line: string, spoil: (facts: Facts) => void, saw: string][] = [
  [
    "/health endpoint returns 200 when the server is running",
    ({ http }) => (http["/health"] = 500),
    "status 500",
  ],
  [
    "/ready endpoint checks all critical dependencies (database, APIs)",
    ({ http }) => (http["/ready"] = { checks: { server: "healthy", shutdown: "healthy" } }),
    "status 200, dependencies: none",
  ],
  [
    "Kubernetes probes (or equivalent) configured for liveness and readiness",
    (facts) => delete server(facts)["readinessProbe"],
    "liveness: /health, readiness: none",
  ],
  [
    "Graceful shutdown handler drains active sessions on SIGTERM",
    (facts) => (facts.deployment.spec.template.spec["terminationGracePeriodSeconds"] = 20),
    "needs 27 s, has 20 s",
  ],
  ["Prometheus metrics exposed at /metrics", ({ http }) => (http["/metrics"] = 401), "status 401"],
  [
    "Tool call counter with tool name and status labels",
    ({ http }) => (http["/metrics"] = 'mcp_tool_calls_total{tool_name="a"} 1\n'),
    "mcp_tool_calls_total without status",
  ],
  [
    "Tool call latency histogram with appropriate buckets",
    ({ http }) =>
      (http["/metrics"] = String(http["/metrics"])
        .replaceAll('le="5"', 'le="6"')
        .replaceAll('le="10"', 'le="12"')),
    "no bounds at 5, 10 s",
  ],
  ["Active session gauge", ({ http }) => (http["/metrics"] = "up 1\n"), "no mcp_active_sessions"],
  [
    "Grafana dashboard with rate, latency, error, and session panels",
    ({ http }) =>
      (http["/api/dashboards/uid/mcp-overview"] = {
        dashboard: { panels: [{ targets: [{ expr: "rate(mcp_tool_calls_total[5m])" }] }] },
      }),
    "1 dashboards, no panel of latency, error, session",
  ],
  [
    "Dashboard accessible to all team members",
    ({ http }) => (http["/api/dashboards/uid/mcp-overview/permissions"] = [{ role: "Admin", permission: 4 }]),
    "1 of 1 are closed to the role Viewer",
  ],
  ["Structured JSON logging to stderr", ({ stderr }) => stderr.push("connected"), "; 1 lines of text"],
  [
    "Correlation IDs on every tool call",
    ({ stderr }) => stderr.push(JSON.stringify({ tool: "forecast" })),
    "1 of 2 lines of tool calls",
  ],
  [
    "Log level configurable via environment variable",
    (facts) => (server(facts)["env"] = [{ name: "LOG_LEVEL", value: "debug" }]),
    "debug is on",
  ],
  [
    "Log level configurable via environment variable",
    (facts) =>
      (server(facts)["env"] = [
        { name: "OTEL_INSTRUMENTATION_MCP_LOG_LEVEL", value: "info" },
        { name: "LOG_LEVEL", value: "debug" },
      ]),
    "debug is on",
  ],
  [
    "Logs shipped to a centralized aggregation system",
    ({ http }) => (http["/loki/api/v1/query_range"] = { data: { result: [] } }),
    "0 records of the last hour",
  ],
  [
    "No sensitive data (API keys, passwords) in log output",
    ({ stderr }) => stderr.push("login with password=hunter2 failed"),
    "a password in 1 lines",
  ],
  [
    "Alert for server down (critical, 1-minute threshold)",
    (facts) => (rule(facts, 0, 1)["duration"] = 300),
    "MCPServerDown: critical, for 300 s",
  ],
  [
    "Alert for high error rate (warning, 5% for 5 minutes)",
    (facts) => (rule(facts, 1, 0)["name"] = "SomethingElse"),
    "no alert MCPToolHighErrorRate among 4",
  ],
  [
    "Alert for high latency (warning, P95 above threshold)",
    (facts) => Object.assign(rule(facts, 1, 1), { health: "err", lastError: "many-to-many matching" }),
    "MCPToolHighLatency: warning, for 300 s, does not evaluate: many-to-many matching",
  ],
  [
    "Alert for high memory usage (warning, 80% of limit)",
    (facts) => (rule(facts, 1, 2)["labels"] = {}),
    "MCPServerHighMemory: no severity, for 600 s",
  ],
  [
    "Alert routing configured (PagerDuty for critical, Slack for warning)",
    ({ http }) =>
      (http["/api/v2/status"] = {
        config: { original: "route:\n  receiver: page\nreceivers:\n- name: page\n" },
      }),
    "critical: calls no one, warning: calls no one",
  ],
  [
    "Runbook links included in alert annotations",
    (facts) => (rule(facts, 1, 1)["annotations"] = { summary: "slow" }),
    "3 of 4 alerts, not MCPToolHighLatency",
  ],
  [
    "Container resource limits set (CPU and memory)",
    (facts) => (server(facts)["resources"] = { limits: { cpu: "1" } }),
    "not on server",
  ],
  ["Horizontal auto-scaling configured", (facts) => (facts.autoscalers = []), "no autoscaler for it"],
  [
    "Secrets injected via environment variables, not hardcoded",
    (facts) => (server(facts)["env"] = [{ name: "WEATHER_API_KEY", value: "abc" }]),
    "written out: WEATHER_API_KEY",
  ],
  ["The Collector runs", ({ http }) => (http["/"] = 503), "status 503"],
  ["Traces arrive in Jaeger", ({ http }) => (http["/api/services"] = { data: [] }), "services: none"],
];

it.each(SPOILT)("fails: %s", async (line, spoil, saw) => {
  const facts = healthy();
  spoil(facts);

  const { code, row } = await checkSetUp(facts);

  expect(row(line)?.result).toBe("failed");
  expect(row(line)?.saw).toContain(saw);
  expect(code).toBe(1);
});

it("each line has been seen to fail", () => {
  const seen = new Set(SPOILT.map(([line]) => line));

  expect(CHECKLIST.map(({ says }) => says).filter((line) => !seen.has(line))).toEqual([
    "TLS/HTTPS enabled on all endpoints",
  ]);
});

it("plain text to another machine fails, without asking for its password aloud", async () => {
  let printed = "";
  const grafana = "http://ann:secret@grafana.invalid:3000";

  const code = await check(["--grafana", grafana, "--json"], (text) => (printed += text));

  const { rows } = JSON.parse(printed) as { rows: { line: string; result: string; saw: string }[] };
  expect(rows.find(({ line }) => line.startsWith("TLS"))).toMatchObject({
    result: "failed",
    saw: "plain text: grafana.invalid:3000",
  });
  expect(printed).not.toContain("secret@");
  expect(code).toBe(1);
});

it("never prints the secret that it found", async () => {
  const facts = healthy();
  const token = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJDQU5BUlkifQ", "CANARY"].join(".");
  facts.stderr.push(JSON.stringify({ message: token }));

  const { rows } = await checkSetUp(facts);

  expect(JSON.stringify(rows)).toContain("a JSON Web Token in 1 lines");
  expect(JSON.stringify(rows)).not.toContain("CANARY");
});

describe("the command", () => {
  it("prints a table of every line, the fix under each that failed, and what did not answer", async () => {
    let printed = "";
    const code = await check(["--server", "http://127.0.0.1:1"], (text) => (printed += text));

    expect(code).toBe(1);
    for (const line of LINES) expect(printed).toContain(`  ${line} `);
    expect(printed).toMatch(/^Health and Availability\n {2}failed +\/health endpoint/);
    expect(printed).toMatch(/\n +-> OTEL_INSTRUMENTATION_MCP_ADMIN=on/);
    expect(printed).toContain("\nNo answer from:\n  http://127.0.0.1:1/health: ");
    expect(printed).toMatch(/\n0 ok, \d+ failed, \d+ not checked\n$/);
  });

  it.each([
    [[], "nothing to look at"],
    [["--server", "localhost"], "--server takes a URL"],
    [["--server"], "--server"],
    [["--sever", "http://localhost"], "--sever"],
    [["--stderr", "/does/not/exist"], "there is no /does/not/exist"],
  ])("refuses %j with 2", async (words, problem) => {
    let printed = "";

    expect(await check(words, (text) => (printed += text))).toBe(2);
    expect(printed).toContain(problem);
    expect(printed).toContain("usage: npx mcp-otelkit check");
  });

  it("is the package's bin, and finds a server under the preload in order", async () => {
    const { bin } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      bin: Record<string, string>;
    };
    const cli = fileURLToPath(new URL(`../../${bin["mcp-otelkit"]}`, import.meta.url));
    const served = endsWithTest(await serveProgram(["http-server.mjs"], { hungAfterMs: 100_000 }));
    const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-check-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "stderr"), served.stderr());

    const { stdout } = await run(
      process.execPath,
      [cli, "check", "--server", served.url, "--json"],
      folder,
    ).catch((error: unknown) => error as { stdout: string });

    const { rows } = JSON.parse(stdout) as { rows: { line: string; result: string; saw: string }[] };
    const results = Object.fromEntries(rows.map(({ line, result }) => [line, result]));
    expect(results["/health endpoint returns 200 when the server is running"]).toBe("ok");
    expect(results["Prometheus metrics exposed at /metrics"]).toBe("ok");
    expect(results["Active session gauge"]).toBe("ok");
  });
});
