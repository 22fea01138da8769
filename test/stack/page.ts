// The start page: the addresses, example queries, and their current results. Jaeger and Prometheus are built without
// their own pages, which are not in their Go modules.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { queryPrometheus } from "./ask.ts";
import { addressOf, getJson } from "./get.ts";
import type { Stack } from "./stack.ts";

const QUERIES: readonly (readonly [string, string])[] = [
  ["Tool calls, in all", "sum by (service_name, tool_name, status) (mcp_tool_calls_total)"],
  ["Calls in five minutes", "sum by (service_name) (increase(mcp_tool_calls_total[5m]))"],
  [
    "95th percentile, by tool (s)",
    "histogram_quantile(0.95, sum by (le, gen_ai_tool_name) (rate(mcp_server_operation_duration_seconds_bucket[5m])))",
  ],
  ["Sessions open now", "sum by (service_name) (mcp_active_sessions)"],
  ["What the pipeline has taken in", '{__name__=~"otelcol_receiver_accepted_.*"}'],
  ["Every part of the stack is up", "up"],
];

interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly { operationName: string; startTime: number; duration: number }[];
}

export async function startPage(stack: Stack, port: number): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => {
    void pageOf(stack).then(
      (html) => response.setHeader("content-type", "text/html; charset=utf-8").end(html),
      (error: unknown) => response.writeHead(503).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function pageOf(stack: Stack): Promise<string> {
  const [tables, traces] = await Promise.all([
    Promise.all(QUERIES.map(([title, query]) => tableOf(stack.prometheus.url, title, query))),
    tracesOf(stack.jaeger.url),
  ]);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="10">
<title>mcp-otelkit: the stack</title>
<style>body{font:15px/1.45 system-ui;margin:2rem auto;max-width:64rem;padding:0 1rem}table{border-collapse:collapse}
td,th{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top}code{font-size:.85em;overflow-wrap:anywhere}h2{margin-top:2rem}</style>
<h1>The stack</h1>
<p>Send OTLP to <code>${text(stack.collector.http)}</code> or, over gRPC, to <code>${text(stack.collector.grpc)}</code>. This page looks again every ten seconds.</p>
<h2>Logs</h2><ul>${logLinks(stack)}</ul>
<h2>Traces</h2>
<table><tr><th>service<th>trace<th>spans<th>begins with<th>took</tr>${traces}</table>
<p>${link(`${stack.jaeger.url}/api/v3/services`, "all services")}</p>
<h2>Metrics</h2>${tables.join("")}
<h2>The pipeline itself</h2><p>${link(stack.collector.telemetry, "the Collector's own metrics")}</p>
</html>`;
}

function logLinks({ logs }: Stack): string {
  if (logs.store === "loki")
    return `<li>${link(String(addressOf(logs.url, "/loki/api/v1/query_range", { query: '{service_name=~".+"}' })), "the last hour, as JSON")}</li>`;
  const queries: readonly (readonly [string, string])[] = [
    ["everything", "*"],
    ["failed tool calls", 'error.type:* _msg:"Tool call failed"'],
    ["calls by tool", "gen_ai.tool.name:* | stats by (gen_ai.tool.name, error.type) count() calls"],
  ];
  return queries
    .map(([title, query]) => {
      const search = new URLSearchParams({ query, "g0.range_input": "30m" });
      return `<li>${link(`${logs.url}/select/vmui/#/?${search.toString()}`, title)}: <code>${text(query)}</code></li>`;
    })
    .join("");
}

async function tableOf(base: string, title: string, query: string): Promise<string> {
  const series = await queryPrometheus(base, query);
  const rows = series.slice(0, 20).map(({ labels, value }) => {
    const name = Object.entries(labels)
      .filter(([label]) => !/^(instance|service_instance_id)$/.test(label))
      .map(([label, of]) => (label === "__name__" ? of : `${label}=${of}`));
    return `<tr><td>${text(name.join(" "))}<td>${Number(value.toPrecision(4))}</tr>`;
  });
  const asked = link(String(addressOf(base, "/api/v1/query", { query })), "JSON");
  return `<h3>${text(title)}</h3><p><code>${text(query)}</code> (${asked})</p><table>${rows.join("") || "<tr><td>nothing yet</tr>"}</table>`;
}

/** The newest traces of each service. */
async function tracesOf(base: string): Promise<string> {
  const answer = await getJson<{ services: string[] }>(addressOf(base, "/api/v3/services"));
  const rows = await Promise.all(
    (answer?.services ?? []).toSorted().map(async (service) => {
      const found = await getJson<{ data: JaegerTrace[] }>(
        addressOf(base, "/api/traces", { service, limit: "5", lookback: "1h" }),
      );
      return (found?.data ?? []).map(({ traceID, spans }) => {
        const [first] = spans.toSorted((a, b) => a.startTime - b.startTime);
        const ends = Math.max(...spans.map((span) => span.startTime + span.duration));
        const took = ((ends - (first?.startTime ?? ends)) / 1000).toFixed(1);
        return `<tr><td>${text(service)}<td>${link(`${base}/api/traces/${traceID}?prettyPrint=true`, traceID.slice(0, 8))}<td>${spans.length}<td>${text(first?.operationName ?? "")}<td>${took} ms</tr>`;
      });
    }),
  );
  return rows.flat().join("");
}

function link(url: string, words: string): string {
  return `<a href="${text(url)}">${text(words)}</a>`;
}

/** Names in telemetry come from peers. */
function text(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
