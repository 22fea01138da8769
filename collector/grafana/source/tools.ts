// One tool, or a few: how often, how it fails, how long it takes, what it returns, and what it said meanwhile.
import { logsSource, metricsSource } from "./data-sources.ts";
import { dashboard } from "./frame.ts";
import { UIDS, toServer } from "./go-to.ts";
import { heatmap, logs, table, timeSeries } from "./panels.ts";
import {
  SERVER,
  TOOL,
  WINDOW,
  increaseInRange,
  onlyTop,
  topBy,
  percentOf,
  percentile,
  percentiles,
  percentileInRange,
  ratePerSecond,
} from "./queries.ts";
import { instance, server, service, tool, top } from "./selectors.ts";

const CALLS = "mcp_tool_calls_total";
const DURATION = "mcp_tool_call_duration_seconds";
const FAILED = `${TOOL}, status="error"`;
const OPERATIONS = "mcp_server_operation_duration_seconds_count";
/** The same calls under the names of the semantic conventions. `_OTHER` is a tool that the server does not have. */
const AS_OPERATION = `${SERVER}, mcp_method_name="tools/call", gen_ai_tool_name=~"$tool|_OTHER"`;
const SIZE = "mcp_tool_result_size_bytes";
const SIZED = `${SERVER}, gen_ai_tool_name=~"$tool"`;

const calls = [
  timeSeries({
    title: "Call rate",
    shows: "Calls per second, by outcome.",
    whenBad:
      "Errors follow the successes: some input always fails. Errors replace them: the tool is down. Nothing at all: no model calls it; look at its description.",
    unit: "reqps",
    stacked: true,
    colours: { success: "green", error: "red" },
    queries: [{ expr: ratePerSecond("status", CALLS, TOOL), legend: "{{status}}" }],
  }),
  timeSeries({
    title: "Errors by class",
    shows:
      "Calls per second that failed, by error.type, and calls that the server refused because the caller was wrong, by JSON-RPC code. The latter include tools that do not exist.",
    whenBad:
      "tool_error: the tool itself says no; read its log lines below. -32603: the handler threw. refused -32602: models send arguments that do not fit the schema; improve the description or the schema.",
    unit: "reqps",
    stacked: true,
    queries: [
      {
        expr: ratePerSecond("error_type", OPERATIONS, `${AS_OPERATION}, error_type!=""`),
        legend: "{{error_type}}",
      },
      {
        expr: ratePerSecond(
          "rpc_response_status_code",
          OPERATIONS,
          `${AS_OPERATION}, error_type="", rpc_response_status_code!=""`,
        ),
        legend: "refused {{rpc_response_status_code}}",
      },
    ],
    noData: "No failed and no refused calls in this time range",
  }),
  timeSeries({
    title: "Latency p50, p95, p99",
    shows: "How long calls take, and single calls as points: each exemplar leads to its trace in Jaeger.",
    whenBad:
      "Click a point high above the lines, open its trace, and look for the longest span below the tool's. No points: exemplars come only from servers that Prometheus scrapes, not from pushed metrics.",
    unit: "s",
    thresholds: [5, 10],
    queries: percentiles(DURATION, TOOL).map((one) => ({ ...one, exemplars: one.legend === "p99" })),
  }),
  heatmap({
    title: "Distribution of durations",
    shows: "How many calls took how long, over time. Darker is more.",
    whenBad:
      "Two bands: two kinds of call, a cached and an uncached one perhaps; percentiles hide that. A band that moves up: everything became slower. Specks far up: time-outs.",
    unit: "s",
    expr: `sum by (le) (increase(${DURATION}_bucket{${TOOL}}[${WINDOW}]))`,
  }),
  table({
    title: "By server",
    shows: "The same tool on each server and process, in the selected time range.",
    whenBad:
      "One row fails and the others do not: that process, its version or its configuration. All rows fail: the tool, or what they all depend on.",
    unit: "short",
    width: 24,
    sortBy: "Failed",
    labels: {
      job: { head: "Server", leads: toServer(UIDS.runtime, "${__data.fields.Server}") },
      instance: { head: "Instance" },
      tool_name: { head: "Tool" },
    },
    queries: [
      { expr: increaseInRange("job, instance, tool_name", CALLS, TOOL), legend: "Calls" },
      {
        expr: percentOf(
          increaseInRange("job, instance, tool_name", CALLS, FAILED),
          increaseInRange("job, instance, tool_name", CALLS, TOOL),
        ),
        legend: "Failed",
        unit: "percent",
        bad: [1, 5],
      },
      { expr: percentileInRange(0.5, "job, instance, tool_name", DURATION, TOOL), legend: "p50", unit: "s" },
      {
        expr: percentileInRange(0.95, "job, instance, tool_name", DURATION, TOOL),
        legend: "p95",
        unit: "s",
        bad: [5, 10],
      },
    ],
  }),
];

const context = [
  timeSeries({
    title: "Result size p50, p95",
    shows:
      "What one call pours into the model's context: texts and base64 data, in bytes. Four bytes are roughly one token.",
    whenBad:
      "Large results cost money on every later turn and push out what the model knew. Page them, shorten them, or return a resource link.",
    unit: "bytes",
    thresholds: [65_536, 1_048_576],
    queries: [0.5, 0.95].map((p) => ({
      expr: onlyTop(
        "$top",
        "gen_ai_tool_name",
        percentile(p, "gen_ai_tool_name", SIZE, SIZED),
        increaseInRange("gen_ai_tool_name", `${SIZE}_sum`, SIZED),
      ),
      legend: `{{gen_ai_tool_name}} p${p * 100}`,
    })),
  }),
  timeSeries({
    title: "Bytes into context",
    shows: "All results of a tool together, per second: size times calls.",
    whenBad: "The tool on top is the one to shorten first, even if each of its results is small.",
    unit: "Bps",
    queries: [
      topBy(
        "gen_ai_tool_name",
        ratePerSecond("gen_ai_tool_name", `${SIZE}_sum`, SIZED),
        increaseInRange("gen_ai_tool_name", `${SIZE}_sum`, SIZED),
      ),
    ],
  }),
];

const why = [
  logs({
    title: "Log lines",
    shows: "What the servers logged about calls of this tool. Each line leads to its trace.",
    whenBad:
      "Filter for ERROR and WARN. A line has the error's type, the duration and the request's id, and no content unless you asked for it. Open the trace from the line's details.",
    expr: '{service_name=~"$service"} | gen_ai_tool_name=~"$tool"',
    width: 24,
    height: 10,
    noData: "No log lines. Are logs sent (OTEL_LOGS_EXPORTER), and is LOG_LEVEL at least INFO?",
  }),
];

export const toolDetails = () =>
  dashboard({
    uid: UIDS.tools,
    title: "MCP tool",
    description:
      "One tool in detail: rate, errors by class, latency, sizes of results, and the log lines beside them.",
    variables: [metricsSource(), logsSource(), server(), instance("server"), tool(), service(), top()],
    rows: [
      { title: "Calls", panels: calls },
      { title: "What it costs in context", panels: context },
      { title: "Why", panels: why },
    ],
  });
