// Who is connected and how: sessions, handshakes, protocol revisions, HTTP, and what is not a tool.
import { metricsSource } from "./data-sources.ts";
import { dashboard } from "./frame.ts";
import { UIDS, toServer } from "./go-to.ts";
import { heatmap, timeSeries } from "./panels.ts";
import {
  SERVER,
  WINDOW,
  increaseInRange,
  onlyTop,
  topBy,
  percentOf,
  percentile,
  ratePerSecond,
} from "./queries.ts";
import { instance, server, top } from "./selectors.ts";

const OPERATION = "mcp_server_operation_duration_seconds";
const HANDSHAKES = `${SERVER}, mcp_method_name=~"initialize|server/discover"`;
const HTTP = "mcp_http_requests_total";

/** The largest of the time range, of a counter by one label. */
const topRate = (label: string, counter: string, selector = SERVER) => ({
  expr: onlyTop(
    "$top",
    label,
    ratePerSecond(label, counter, selector),
    increaseInRange(label, counter, selector),
  ),
  legend: `{{${label}}}`,
});

const sessions = [
  timeSeries({
    title: "Active sessions by server",
    shows: "Clients that are connected, by server.",
    whenBad:
      "A line that only rises is a leak: sessions whose clients left without closing. Compare with the ends on the right; if nothing ends, set an idle time-out in the server.",
    unit: "short",
    queries: [
      topBy(
        "job",
        `sum by (job) (mcp_active_sessions{${SERVER}})`,
        `sum by (job) (max_over_time(mcp_active_sessions{${SERVER}}[$__range] @ end()))`,
      ),
    ],
    leads: toServer(UIDS.runtime),
  }),
  timeSeries({
    title: "Sessions that ended",
    shows: "Sessions per minute that ended in order, and those that ended with an error, by error.type.",
    whenBad:
      "Errors here: connections break before the client says goodbye. A proxy with a short idle time-out, a server that is killed, or a client that crashes.",
    unit: "cpm",
    stacked: true,
    queries: [
      {
        expr: `60 * ${ratePerSecond("", "mcp_server_session_duration_seconds_count", `${SERVER}, error_type=""`)}`,
        legend: "in order",
      },
      {
        expr: `60 * ${ratePerSecond("error_type", "mcp_server_session_duration_seconds_count", `${SERVER}, error_type!=""`)}`,
        legend: "{{error_type}}",
      },
    ],
    noData: "No session has ended yet",
  }),
  timeSeries({
    title: "Session duration p50, p95",
    shows: "How long the sessions lasted that ended lately.",
    whenBad:
      "Seconds where you expect hours: clients reconnect all the time, and each handshake costs them. Days: clients never close; restart servers one after the other.",
    unit: "s",
    queries: [0.5, 0.95].map((p) => ({
      expr: percentile(p, "", "mcp_session_duration_seconds", SERVER),
      legend: `p${p * 100}`,
    })),
    noData: "No session has ended in this time range",
  }),
  heatmap({
    title: "Distribution of session durations",
    shows: "How many sessions lasted how long. Darker is more.",
    whenBad: "A band at the bottom is clients that connect, fail, and connect again.",
    unit: "s",
    expr: `sum by (le) (increase(mcp_session_duration_seconds_bucket{${SERVER}}[${WINDOW}]))`,
    noData: "No session has ended in this time range",
  }),
];

const protocol = [
  timeSeries({
    title: "Handshakes",
    shows: "initialize and server/discover per second, by outcome.",
    whenBad:
      "Failed ones: client and server do not agree on a protocol revision, or the server throws while it starts. The error's type is in the legend; the trace has the client's name and version.",
    unit: "reqps",
    stacked: true,
    queries: [
      {
        expr: ratePerSecond("mcp_method_name", `${OPERATION}_count`, `${HANDSHAKES}, error_type=""`),
        legend: "{{mcp_method_name}}",
      },
      {
        expr: ratePerSecond(
          "mcp_method_name, error_type",
          `${OPERATION}_count`,
          `${HANDSHAKES}, error_type!=""`,
        ),
        legend: "{{mcp_method_name}} {{error_type}}",
      },
    ],
    width: 8,
  }),
  timeSeries({
    title: "Protocol revisions",
    shows: "Requests per second by the MCP protocol revision in force.",
    whenBad:
      "Old revisions that do not go away: clients that were never updated. See who they are on the traces (mcp.client.name).",
    unit: "reqps",
    stacked: true,
    queries: [topRate("mcp_protocol_version", `${OPERATION}_count`)],
    width: 8,
  }),
  timeSeries({
    title: "Transports",
    shows: "Requests per second by transport: pipe is stdio, tcp is HTTP and WebSocket.",
    whenBad:
      "One of them stops while the other goes on: a proxy or a port for tcp, the host program for pipe.",
    unit: "reqps",
    stacked: true,
    queries: [topRate("network_transport", `${OPERATION}_count`)],
    width: 8,
  }),
  timeSeries({
    title: "Requests by method",
    shows: "Everything that servers receive, by MCP method, notifications included.",
    whenBad:
      "Many tools/list for each tools/call: a client that asks again every time; let it cache the list. _OTHER: methods that the server does not know.",
    unit: "reqps",
    queries: [topRate("mcp_method_name", `${OPERATION}_count`)],
  }),
  timeSeries({
    title: "Latency p95 by method",
    shows: "95 of 100 requests are answered within this time.",
    whenBad:
      "A slow tools/list delays the start of every conversation. For tools/call open the tool dashboard.",
    unit: "s",
    thresholds: [5, 10],
    queries: [
      topBy(
        "mcp_method_name",
        percentile(0.95, "mcp_method_name", OPERATION, SERVER),
        increaseInRange("mcp_method_name", `${OPERATION}_count`, SERVER),
      ),
    ],
  }),
  timeSeries({
    title: "Resource reads",
    shows:
      "Reads per second, by URI template or registered URI. _OTHER are URIs that the server does not list.",
    whenBad:
      "Much _OTHER: models guess URIs. One resource read over and over: give it to the client once, or offer a subscription.",
    unit: "reqps",
    queries: [topRate("resource_uri", "mcp_resource_reads_total")],
    noData: "No resource has been read",
  }),
  timeSeries({
    title: "Prompts and resource templates",
    shows:
      "prompts/get per second by prompt, and resources/read by template with the time that 95 of 100 took on the trace.",
    whenBad:
      "A prompt that nobody uses can go. A template with most of the reads is the one whose latency matters.",
    unit: "reqps",
    queries: [
      topRate("gen_ai_prompt_name", `${OPERATION}_count`, `${SERVER}, gen_ai_prompt_name!=""`),
      topRate("mcp_resource_template", `${OPERATION}_count`, `${SERVER}, mcp_resource_template!=""`),
    ],
    noData: "No prompt and no resource template was used",
  }),
];

const http = [
  timeSeries({
    title: "HTTP requests by status",
    shows: "HTTP requests per second that reached the process: messages, streams, health checks.",
    whenBad:
      "401 and 403: tokens. 404 on the MCP endpoint: a session that the server no longer has, mostly after a restart without a shared session store. 5xx: the server itself.",
    unit: "reqps",
    stacked: true,
    queries: [topRate("status", HTTP)],
    width: 8,
    noData: "No HTTP. Servers over stdio have none",
  }),
  timeSeries({
    title: "HTTP errors",
    shows: "Answers of 400 and above in percent of all, by endpoint and method.",
    whenBad:
      "Only POST on the MCP endpoint fails: clients. Health checks fail: the readiness check names the dependency.",
    unit: "percent",
    thresholds: [1, 5],
    queries: [
      {
        expr: onlyTop(
          "$top",
          "endpoint, method",
          percentOf(
            ratePerSecond("endpoint, method", HTTP, `${SERVER}, status=~"[45].."`),
            ratePerSecond("endpoint, method", HTTP, SERVER),
          ),
          increaseInRange("endpoint, method", HTTP, SERVER),
        ),
        legend: "{{method}} {{endpoint}}",
      },
    ],
    width: 8,
    noData: "No HTTP. Servers over stdio have none",
  }),
  timeSeries({
    title: "HTTP latency p95",
    shows: "95 of 100 HTTP requests are answered within this time. Standing event streams are left out.",
    whenBad:
      "Higher than the latency by method above: time is lost before MCP, in middleware, authentication or the body parser.",
    unit: "s",
    thresholds: [5, 10],
    queries: [
      topBy(
        "endpoint",
        percentile(0.95, "endpoint", "mcp_http_request_duration_seconds", SERVER),
        increaseInRange("endpoint", "mcp_http_request_duration_seconds_count", SERVER),
      ),
    ],
    width: 8,
    noData: "No HTTP. Servers over stdio have none",
  }),
  timeSeries({
    title: "Stray writes to stdout",
    shows: "Writes to the stdout of a stdio server that are not the protocol's, in the selected window.",
    whenBad:
      "Any value above 0 breaks clients: they read these lines as JSON-RPC. A console.log is the usual cause; write to stderr instead.",
    unit: "short",
    thresholds: [1, 1],
    queries: [
      topBy(
        "job",
        `sum by (job) (increase(mcp_stdout_stray_writes_total{${SERVER}}[${WINDOW}]))`,
        increaseInRange("job", "mcp_stdout_stray_writes_total", SERVER),
      ),
    ],
    width: 24,
    height: 7,
    noData: "No stdio server reports",
  }),
];

export const sessionsAndTransports = () =>
  dashboard({
    uid: UIDS.sessions,
    title: "MCP sessions and transports",
    description: "Who is connected and how: sessions, handshakes, protocol revisions, methods, HTTP, stdio.",
    variables: [metricsSource(), server(), instance("server"), top()],
    rows: [
      { title: "Sessions", panels: sessions },
      { title: "Protocol", panels: protocol },
      { title: "HTTP and stdio", panels: http },
    ],
  });
