// A set-up that meets every line, as one HTTP server and a kubectl that prints files. A test spoils one thing of it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import { check, type Row } from "../../src/cli/check.ts";

export interface Facts {
  /** By path, without the query: a text, or what becomes JSON, or a status. */
  http: Record<string, unknown>;
  /** What Prometheus answers, by query. */
  queries: Record<string, unknown[]>;
  deployment: { metadata: object; spec: { template: { spec: Record<string, unknown> } } };
  autoscalers: object[];
  stderr: string[];
}

export interface Outcome {
  readonly code: number;
  readonly rows: readonly Row[];
  readonly silent: readonly string[];
  /** The row of a line. */
  row(line: string): Row | undefined;
}

export function healthy(): Facts {
  const alertRule = (name: string, severity: string, duration: number) => ({
    type: "alerting",
    name,
    duration,
    health: "ok",
    labels: { severity },
    annotations: { runbook_url: `https://example.com/${name}` },
  });
  return {
    http: {
      "/health": { status: "healthy" },
      "/ready": { status: "ready", checks: { server: "healthy", shutdown: "healthy", database: "healthy" } },
      "/metrics": METRICS,
      "/api/v1/rules": {
        status: "success",
        data: {
          groups: [
            {
              rules: [
                { type: "recording", name: "mcp:tool_calls:rate5m" },
                alertRule("MCPServerDown", "critical", 60),
              ],
            },
            {
              rules: [
                alertRule("MCPToolHighErrorRate", "warning", 300),
                alertRule("MCPToolHighLatency", "warning", 300),
                alertRule("MCPServerHighMemory", "warning", 600),
              ],
            },
          ],
        },
      },
      "/api/v2/status": { config: { original: ALERTMANAGER } },
      "/": "{}",
      "/api/services": { data: ["weather", "jaeger"] },
      "/loki/api/v1/query_range": {
        data: {
          result: [
            {
              stream: {
                service_name: "weather",
                severity_text: "INFO",
                gen_ai_tool_name: "forecast",
                trace_id: "0af7",
                jsonrpc_request_id: "1",
              },
              values: [["1795380467959000000", "Tool call completed"]],
            },
          ],
        },
      },
      "/api/search": [{ uid: "mcp-overview" }],
      "/api/dashboards/uid/mcp-overview": {
        dashboard: {
          panels: [
            "sum by (tool_name) (rate(mcp_tool_calls_total[5m]))",
            "histogram_quantile(0.95, sum by (le) (rate(mcp_tool_call_duration_seconds_bucket[5m])))",
            'sum(rate(mcp_tool_calls_total{status="error"}[5m]))',
            "sum(mcp_active_sessions)",
          ].map((expr) => ({ targets: [{ expr }] })),
        },
      },
      "/api/dashboards/uid/mcp-overview/permissions": [{ role: "Viewer", permission: 1 }],
    },
    queries: {},
    deployment: {
      metadata: { name: "weather" },
      spec: {
        template: {
          spec: {
            terminationGracePeriodSeconds: 40,
            containers: [
              {
                name: "server",
                livenessProbe: { httpGet: { path: "/health" } },
                readinessProbe: { httpGet: { path: "/ready" } },
                lifecycle: { preStop: { sleep: { seconds: 5 } } },
                resources: { limits: { cpu: "1", memory: "512Mi" } },
                env: [
                  { name: "LOG_LEVEL", value: "info" },
                  { name: "OTEL_INSTRUMENTATION_MCP_DRAIN_MS", value: "20000" },
                  {
                    name: "WEATHER_API_KEY",
                    valueFrom: { secretKeyRef: { name: "weather", key: "api-key" } },
                  },
                ],
              },
            ],
          },
        },
      },
    },
    autoscalers: [
      { spec: { scaleTargetRef: { kind: "Deployment", name: "weather" }, minReplicas: 2, maxReplicas: 10 } },
    ],
    stderr: [
      "mcp-otelkit: 0.1.0, instrumented @modelcontextprotocol/sdk 1.32.2 (esm)",
      JSON.stringify({
        timestamp: "2026-11-22T20:14:05Z",
        level: "INFO",
        server: "weather",
        message: "Tool call completed",
        tool: "forecast",
        request_id: "1",
        trace_id: "0af7",
      }),
    ],
  };
}

export const ALL = [
  "server",
  "prometheus",
  "alertmanager",
  "grafana",
  "loki",
  "jaeger",
  "collector",
  "deployment",
  "stderr",
];

/** Runs the command against the facts; `options` are those that it is given. */
export async function checkSetUp(
  facts: Facts,
  options: readonly string[] = ALL,
  ...flags: string[]
): Promise<Outcome> {
  const url = await serve(facts);
  const folder = kubectl(facts);
  writeFileSync(join(folder, "stderr"), facts.stderr.join("\n"));
  const values: Record<string, string> = {
    deployment: "mcp-servers/weather",
    stderr: join(folder, "stderr"),
  };
  const words = options.flatMap((name) => [`--${name}`, values[name] ?? url]);

  let printed = "";
  const code = await check([...words, "--json", ...flags], (text) => (printed += text));

  const { rows, silent } = JSON.parse(printed) as { rows: Row[]; silent: string[] };
  return { code, rows, silent, row: (line) => rows.find((one) => one.line === line) };
}

async function serve({ http, queries }: Facts): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/api/v1/query") {
      const result = queries[searchParams.get("query") ?? ""] ?? [];
      response.end(JSON.stringify({ data: { result } }));
      return;
    }
    const answer = http[pathname];
    if (answer === undefined || typeof answer === "number") response.writeHead(answer ?? 404).end();
    else response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A kubectl at the front of the PATH that writes its arguments to a file and prints prepared output. */
function kubectl({ deployment, autoscalers }: Facts): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-check-"));
  writeFileSync(join(folder, "deployment.json"), JSON.stringify(deployment));
  writeFileSync(join(folder, "horizontalpodautoscalers.json"), JSON.stringify({ items: autoscalers }));
  writeFileSync(
    join(folder, "kubectl"),
    `#!/bin/sh\ncase "$*" in *"--namespace mcp-servers --output json") cat "${folder}/$2.json";; *) exit 1;; esac\n`,
  );
  chmodSync(join(folder, "kubectl"), 0o755);
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}${delimiter}${path}`;
  onTestFinished(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const METRICS = [
  'mcp_tool_calls_total{tool_name="forecast",status="success"} 3',
  ...[0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, "+Inf"].map(
    (le) => `mcp_tool_call_duration_seconds_bucket{tool_name="forecast",le="${le}"} 3`,
  ),
  "mcp_active_sessions 1",
  "",
].join("\n");

/** In the form in which Alertmanager 0.34 prints what it has loaded. */
const ALERTMANAGER = `global:
  resolve_timeout: 5m
route:
  receiver: chat
  group_by:
  - alertname
  continue: false
  routes:
  - receiver: pager
    matchers:
    - severity="critical"
    continue: false
  - receiver: chat
    matchers:
    - severity="warning"
    continue: false
receivers:
- name: pager
  pagerduty_configs:
  - send_resolved: true
    service_key: <secret>
- name: chat
  slack_configs:
  - send_resolved: true
templates: []
`;
