// MCP as its callers see it: what servers cannot know, such as time-outs and the way in between.
import { metricsSource } from "./data-sources.ts";
import { dashboard } from "./frame.ts";
import { UIDS } from "./go-to.ts";
import { table, timeSeries } from "./panels.ts";
import {
  CLIENT,
  WINDOW,
  increaseInRange,
  topBy,
  percentOf,
  percentile,
  percentiles,
  percentileInRange,
  ratePerSecond,
} from "./queries.ts";
import { client, instance, top } from "./selectors.ts";

const OPERATION = "mcp_client_operation_duration_seconds";
const COUNT = `${OPERATION}_count`;
const SESSION = "mcp_client_session_duration_seconds";
/** Notifications are sent without an answer, so none of them fails. A call that is given up sends one more. */
const REQUESTS = `${CLIENT}, mcp_method_name!~"notifications/.*"`;
const FAILED = `${REQUESTS}, error_type!=""`;
const CALLS = `${CLIENT}, mcp_method_name="tools/call"`;
const GIVEN_UP = `${CLIENT}, error_type=~"timeout|cancelled|connection_closed"`;

const requests = [
  timeSeries({
    title: "Requests by method",
    shows: "What clients ask of servers, per second.",
    whenBad: "initialize as often as tools/call: a connection for every call. Keep it open.",
    unit: "reqps",
    queries: [
      topBy(
        "mcp_method_name",
        ratePerSecond("mcp_method_name", COUNT, CLIENT),
        increaseInRange("mcp_method_name", COUNT, CLIENT),
      ),
    ],
    noData: "No client reports. Load mcp-otelkit/register in the program that calls the servers too",
  }),
  timeSeries({
    title: "Failed requests",
    shows: "Failed requests in percent of all, by error.type.",
    whenBad:
      "tool_error: the tool says no. A negative number: the server's JSON-RPC error. A number like 401 or 503: HTTP refused before MCP. timeout: see below.",
    unit: "percent",
    thresholds: [1, 5],
    stacked: true,
    queries: [
      {
        expr: `100 * ${ratePerSecond("error_type", COUNT, FAILED)} / on () group_left () ${ratePerSecond("", COUNT, REQUESTS)}`,
        legend: "{{error_type}}",
      },
    ],
    noData: "No failed requests in this time range",
  }),
  timeSeries({
    title: "Latency p50, p95, p99 of tool calls",
    shows: "How long clients wait for tools: the server's time, the network's, and the queue's before them.",
    whenBad:
      "Compare with the panel beside it. A large difference is the way in between: proxies, connection set-up, a busy client.",
    unit: "s",
    thresholds: [5, 10],
    queries: percentiles(OPERATION, CALLS),
  }),
  timeSeries({
    title: "p95 of tool calls, at the client and in the server",
    shows:
      "The same calls measured on both sides. The servers are all that report, not only those that these clients call.",
    whenBad:
      "The lines part: time is lost between them. They rise together: it is the server, so open the tool dashboard.",
    unit: "s",
    queries: [
      { expr: percentile(0.95, "", OPERATION, CALLS), legend: "client" },
      {
        expr: percentile(
          0.95,
          "",
          "mcp_server_operation_duration_seconds",
          'job=~".+", mcp_method_name="tools/call"',
        ),
        legend: "server",
      },
    ],
  }),
  timeSeries({
    title: "Given up",
    shows: "Requests per minute that ended without an answer: timeout, cancelled, connection_closed.",
    whenBad:
      "timeout: the server is slower than the client's patience, and still works on it. cancelled: users stop. connection_closed: the server died or a proxy cut the line.",
    unit: "cpm",
    stacked: true,
    thresholds: [1, 10],
    queries: [{ expr: `60 * ${ratePerSecond("error_type", COUNT, GIVEN_UP)}`, legend: "{{error_type}}" }],
    noData: "Every request was answered",
  }),
  timeSeries({
    title: "Tools that clients call",
    shows: "tools/call per second by tool, as clients know it. _OTHER are names that no server listed.",
    whenBad:
      "Much _OTHER: models invent tools. Errors only here and not on the servers: calls that never arrive.",
    unit: "reqps",
    queries: [
      topBy(
        "gen_ai_tool_name",
        ratePerSecond("gen_ai_tool_name", COUNT, CALLS),
        increaseInRange("gen_ai_tool_name", COUNT, CALLS),
      ),
    ],
  }),
];

const servers = [
  table({
    title: "By client and server",
    shows: "Requests in the selected time range, by who asked and whom. Servers over stdio have no address.",
    whenBad:
      "One address fails for all clients: that server. One client fails at all addresses: that client, its network or its token.",
    unit: "short",
    width: 24,
    sortBy: "Requests",
    labels: {
      job: { head: "Client" },
      server_address: { head: "Address" },
      server_port: { head: "Port" },
      network_transport: { head: "Transport" },
    },
    queries: [
      {
        expr: increaseInRange("job, server_address, server_port, network_transport", COUNT, REQUESTS),
        legend: "Requests",
      },
      {
        expr: percentOf(
          increaseInRange("job, server_address, server_port, network_transport", COUNT, FAILED),
          increaseInRange("job, server_address, server_port, network_transport", COUNT, REQUESTS),
        ),
        legend: "Failed",
        unit: "percent",
        bad: [1, 5],
      },
      {
        expr: percentileInRange(
          0.95,
          "job, server_address, server_port, network_transport",
          OPERATION,
          REQUESTS,
        ),
        legend: "p95",
        unit: "s",
        bad: [5, 10],
      },
    ],
  }),
  timeSeries({
    title: "Session duration p50, p95",
    shows: "From connect to close, as clients see it, of the sessions that ended lately.",
    whenBad: "Very short ones: connections for single calls, or connections that break and come back.",
    unit: "s",
    queries: [0.5, 0.95].map((p) => ({ expr: percentile(p, "", SESSION, CLIENT), legend: `p${p * 100}` })),
    noData: "No session has ended in this time range",
  }),
  timeSeries({
    title: "Sessions that ended",
    shows: "Sessions per minute, by error.type, or in order.",
    whenBad:
      "Errors: the other side went away first. The servers' sessions dashboard says whether they noticed.",
    unit: "cpm",
    stacked: true,
    queries: [
      { expr: `60 * sum (rate(${SESSION}_count{${CLIENT}, error_type=""}[${WINDOW}]))`, legend: "in order" },
      {
        expr: `60 * ${ratePerSecond("error_type", `${SESSION}_count`, `${CLIENT}, error_type!=""`)}`,
        legend: "{{error_type}}",
      },
    ],
    noData: "No session has ended yet",
  }),
];

export const clientView = () =>
  dashboard({
    uid: UIDS.clients,
    title: "MCP clients",
    description:
      "MCP as its callers see it: waiting time, time-outs, cancelled calls, servers that do not answer.",
    variables: [metricsSource(), client(), instance("client"), top()],
    rows: [
      { title: "Requests", panels: requests },
      { title: "Servers and sessions", panels: servers },
    ],
  });
