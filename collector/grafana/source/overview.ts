// The guide's seven panels in its layout, then what it leaves out: which server it is, and what kind of error.
import { metricsSource } from "./data-sources.ts";
import { dashboard } from "./frame.ts";
import { UIDS, toServer, toTool } from "./go-to.ts";
import { gauge, table, timeSeries } from "./panels.ts";
import { businessRow } from "./business.ts";
import {
  SERVER,
  increaseInRange,
  onlyTop,
  topBy,
  percentOf,
  percentile,
  percentileInRange,
  ratePerSecond,
} from "./queries.ts";
import { instance, memoryLimit, server, top } from "./selectors.ts";

const CALLS = "mcp_tool_calls_total";
const DURATION = "mcp_tool_call_duration_seconds";
const FAILED = `${SERVER}, status="error"`;
const busiest = increaseInRange("tool_name", CALLS, SERVER);
const slowest = percentileInRange(0.95, "tool_name", DURATION, SERVER);

const guide = [
  timeSeries({
    title: "Tool call rate",
    shows: "Calls per second of the tools that are called most.",
    whenBad:
      "A line that falls to zero: look at the sessions and at the clients; with no server left in the list, at the pipeline. A line that climbs alone: a model repeats one call; open the tool and see whether it fails.",
    unit: "reqps",
    queries: [topBy("tool_name", ratePerSecond("tool_name", CALLS, SERVER), busiest)],
    leads: toTool(),
    noData: "No tool calls yet. A server shows its tools here once a client has listed them",
  }),
  timeSeries({
    title: "Error rate",
    shows: "Failed calls in percent of all calls, by tool. A result with isError counts as failed.",
    whenBad:
      "Above the yellow line (1 %) look today, above the red one (5 %) now. Open the tool: its errors by class and its log lines say which kind of failure it is and on which server.",
    unit: "percent",
    thresholds: [1, 5],
    queries: [
      topBy(
        "tool_name",
        percentOf(ratePerSecond("tool_name", CALLS, FAILED), ratePerSecond("tool_name", CALLS, SERVER)),
        // A tool that never failed has no series of failures, and still is 0 %.
        `(${increaseInRange("tool_name", CALLS, FAILED)} or 0 * ${busiest})`,
      ),
    ],
    leads: toTool(),
  }),
  timeSeries({
    title: "Latency p50, p95, p99 of the slowest tools",
    shows:
      "How long calls of the five slowest tools take: half of them, 95 of 100, 99 of 100 are faster than this.",
    whenBad:
      "p99 alone is high: single calls; follow an exemplar into its trace. All three rise: the tool or what it asks has become slow; open the tool, then a trace, and look for the longest span below it.",
    unit: "s",
    thresholds: [5, 10],
    queries: [0.5, 0.95, 0.99].map((p) => ({
      expr: onlyTop("5", "tool_name", percentile(p, "tool_name", DURATION, SERVER), slowest),
      legend: `{{tool_name}} p${p * 100}`,
      exemplars: p === 0.99,
    })),
    leads: toTool(),
  }),
  gauge({
    title: "Active sessions",
    shows:
      "Clients that are connected now, of the five servers that have most. Stateless HTTP requests are no sessions.",
    whenBad:
      "It only ever rises: sessions are not closed; compare with the memory below and open the sessions dashboard. It falls to zero while clients run: they cannot connect; look at the handshakes there.",
    unit: "short",
    queries: [{ expr: `topk(5, sum by (job) (mcp_active_sessions{${SERVER}}))`, legend: "{{job}}" }],
    noData: "No sessions. Servers at protocol revision 2026-07-28 over HTTP have none",
  }),
  timeSeries({
    title: "Memory usage",
    shows:
      "Resident memory of the largest process of each server, and the container's memory limit as the selector at the top has it.",
    whenBad:
      "A steady climb towards the limit is a leak: the runtime dashboard says whether it is in the JavaScript heap and when it meets the limit. A step up with the traffic is load: give it more, or more replicas.",
    unit: "bytes",
    limit: "/limit/",
    queries: [
      topBy(
        "job",
        `max by (job) (process_resident_memory_bytes{${SERVER}})`,
        `max by (job) (max_over_time(process_resident_memory_bytes{${SERVER}}[$__range] @ end()))`,
      ),
      { expr: "vector($memory_limit * 1024 * 1024)", legend: "limit" },
    ],
    leads: toServer(UIDS.runtime),
  }),
  timeSeries({
    title: "CPU usage",
    shows: "CPU of all processes of each server together. 100 % is one core.",
    whenBad:
      "Near 100 % for each process: Node runs JavaScript on one core, so calls wait for each other. The event loop on the runtime dashboard confirms it. Add replicas, or move the work off the main thread.",
    unit: "percentunit",
    queries: [
      topBy(
        "job",
        ratePerSecond("job", "process_cpu_seconds_total", SERVER),
        increaseInRange("job", "process_cpu_seconds_total", SERVER),
      ),
    ],
    leads: toServer(UIDS.runtime),
  }),
  table({
    title: "Tool call breakdown, last 24 hours",
    shows:
      "Calls of the last 24 hours by tool, and how many of them failed, whatever time range is selected.",
    whenBad:
      "A tool with many errors is broken or badly described: models call it with wrong arguments. A tool with no calls at all costs context for nothing: take it out.",
    unit: "short",
    width: 24,
    sortBy: "Calls",
    labels: { tool_name: { head: "Tool", leads: toTool("${__data.fields.Tool}") } },
    queries: [
      { expr: `sum by (tool_name) (increase(${CALLS}{${SERVER}}[24h]))`, legend: "Calls" },
      {
        expr: `sum by (tool_name) (increase(${CALLS}{${SERVER}, status="success"}[24h]))`,
        legend: "Succeeded",
      },
      {
        expr: `sum by (tool_name) (increase(${CALLS}{${FAILED}}[24h])) or 0 * sum by (tool_name) (increase(${CALLS}{${SERVER}}[24h]))`,
        legend: "Failed",
        bad: [1, 100],
      },
      {
        expr: percentOf(
          `sum by (tool_name) (increase(${CALLS}{${FAILED}}[24h]))`,
          `sum by (tool_name) (increase(${CALLS}{${SERVER}}[24h]))`,
        ),
        legend: "Failed, share",
        unit: "percent",
        bad: [1, 5],
      },
    ],
  }),
];

const byServer = [
  table({
    title: "Servers",
    shows: "Each server in the selected time range.",
    whenBad:
      "One row differs from its neighbours: that server has the trouble, not the tool. Click its name for its process, or select it at the top.",
    unit: "short",
    width: 24,
    sortBy: "Calls",
    labels: { job: { head: "Server", leads: toServer(UIDS.runtime, "${__data.fields.Server}") } },
    queries: [
      { expr: `count by (job) (process_uptime_seconds{${SERVER}})`, legend: "Processes" },
      { expr: increaseInRange("job", CALLS, SERVER), legend: "Calls" },
      {
        expr: percentOf(increaseInRange("job", CALLS, FAILED), increaseInRange("job", CALLS, SERVER)),
        legend: "Failed",
        unit: "percent",
        bad: [1, 5],
      },
      { expr: percentileInRange(0.95, "job", DURATION, SERVER), legend: "p95", unit: "s", bad: [5, 10] },
      { expr: `sum by (job) (mcp_active_sessions{${SERVER}})`, legend: "Sessions" },
      { expr: `max by (job) (process_resident_memory_bytes{${SERVER}})`, legend: "Memory", unit: "bytes" },
      { expr: `min by (job) (process_uptime_seconds{${SERVER}})`, legend: "Youngest process", unit: "s" },
    ],
  }),
  timeSeries({
    title: "Errors by type",
    shows:
      "Failed MCP requests of every method per second: JSON-RPC error codes, tool_error for results with isError, connection_closed.",
    whenBad:
      "tool_error: a tool says no; open it. -32603: the server threw. -32602 and -32601: callers send wrong arguments or ask for what is not there. connection_closed: clients leave or the server restarts.",
    unit: "reqps",
    stacked: true,
    queries: [
      topBy(
        "error_type",
        ratePerSecond("error_type", "mcp_errors_total", SERVER),
        increaseInRange("error_type", "mcp_errors_total", SERVER),
      ),
    ],
    noData: "No errors since the processes started",
  }),
  timeSeries({
    title: "Requests in flight",
    shows: "Requests that servers have received and not answered yet, by method.",
    whenBad:
      "It rises and stays: handlers hang, and each one holds memory. The latency above shows only calls that ended, so this is where a hanging dependency shows first.",
    unit: "short",
    queries: [
      topBy(
        "mcp_method_name",
        `sum by (mcp_method_name) (mcp_server_active_requests{${SERVER}})`,
        `sum by (mcp_method_name) (max_over_time(mcp_server_active_requests{${SERVER}}[$__range] @ end()))`,
      ),
    ],
  }),
];

export const overview = () =>
  dashboard({
    uid: UIDS.overview,
    title: "MCP overview",
    description:
      "How all MCP servers are doing: rate, errors, latency, sessions, memory, CPU, and each tool's calls.",
    variables: [metricsSource(), server(), instance("server"), top(), memoryLimit()],
    rows: [{ title: "Tools", panels: guide }, { title: "Servers and errors", panels: byServer }, businessRow],
  });
