// Service-level objectives: of the requests that servers should answer well, how many they do, and how fast the rest is used up.
import { metricsSource } from "./data-sources.ts";
import { dashboard } from "./frame.ts";
import { UIDS, toTool } from "./go-to.ts";
import { stat, table, timeSeries } from "./panels.ts";
import { SERVER } from "./queries.ts";
import { choice, instance, server, text } from "./selectors.ts";

const OPERATION = "mcp_server_operation_duration_seconds";
/** Requests, not notifications; and nothing that only keeps a line open. Like the rules of the objectives' alerts. */
const REQUESTS = `${SERVER}, mcp_method_name!~"notifications/.*|ping|subscriptions/listen|logging/setLevel"`;
/** By these a server says that its caller was wrong. Ours have no error.type then, others have the code in it. */
const CALLER_WRONG = "-32700|-32600|-32601|-32602|-32002";
const BAD = `${REQUESTS}, error_type!~"|${CALLER_WRONG}|cancelled|$forgiven", rpc_response_status_code!~"${CALLER_WRONG}"`;

const count = (selector: string, window: string, by = ""): string =>
  `sum${by === "" ? "" : ` by (${by}) `}(increase(${OPERATION}_count{${selector}}[${window}]))`;
const share = (part: string, whole: string): string => `(${part} or 0 * ${whole}) / ${whole}`;
const badShare = (window: string): string => share(count(BAD, window), count(REQUESTS, window));
/** Like the rules of the latency's alerts. */
const TOOL_CALLS = `${SERVER}, mcp_method_name="tools/call"`;
const slowShare = (window: string): string =>
  `1 - sum(increase(${OPERATION}_bucket{${TOOL_CALLS}, le=~"$threshold"}[${window}])) / ${count(TOOL_CALLS, window)}`;
const BUDGET = "(1 - $availability / 100)";
const SLOW_BUDGET = "(1 - $speed / 100)";

const now = [
  stat({
    title: "Availability",
    shows: "Requests that were answered without an error of the server, in the whole period.",
    whenBad: "Below the objective: stop releases and look at who spends the budget, in the table below.",
    unit: "percentunit",
    decimals: 3,
    thresholds: [0.99, 0.995],
    falling: true,
    width: 6,
    queries: [{ expr: `1 - ${badShare("$period")}`, legend: "availability" }],
    noData: "No requests in this period",
  }),
  stat({
    title: "Error budget left",
    shows: "What may still fail in the period. 100 % is a full budget; below zero the objective is missed.",
    whenBad: "Below a quarter be careful with changes; below zero only repairs.",
    unit: "percentunit",
    decimals: 1,
    thresholds: [0, 0.25],
    falling: true,
    width: 6,
    queries: [{ expr: `1 - (${badShare("$period")}) / ${BUDGET}`, legend: "budget left" }],
    noData: "No requests in this period",
  }),
  stat({
    title: "Fast enough",
    shows: "Tool calls that were answered within the threshold, in the whole period.",
    whenBad: "Below the objective: the latency panels of the tool dashboard say which tool it is.",
    unit: "percentunit",
    decimals: 3,
    thresholds: [0.9, 0.95],
    falling: true,
    width: 6,
    queries: [{ expr: `1 - (${slowShare("$period")})`, legend: "fast enough" }],
    noData: "No tool calls in this period",
  }),
  stat({
    title: "Requests in the last hour",
    shows: "How many requests the burn rates of an hour are made of.",
    whenBad: "Below about 100 a single failure looks like an outage: read the burn rates with that in mind.",
    unit: "short",
    decimals: 0,
    thresholds: [10, 100],
    falling: true,
    width: 6,
    queries: [{ expr: count(REQUESTS, "1h"), legend: "requests" }],
    noData: "No requests in the last hour",
  }),
];

const WINDOWS = ["5m", "1h", "6h", "3d"];

const burn = [
  timeSeries({
    title: "Burn rate of the error budget",
    shows:
      "How many times faster than allowed the error budget is used up, by window. At 1 it lasts exactly the period.",
    whenBad:
      "Above 14.4 in 1h and 5m at once: the budget of 30 days is gone in two days; act now. Above 6 in 6h: today. Above 1 in 3d: plan the repair. The table below names the tools.",
    unit: "short",
    thresholds: [6, 14.4],
    queries: WINDOWS.map((window) => ({ expr: `(${badShare(window)}) / ${BUDGET}`, legend: window })),
  }),
  timeSeries({
    title: "Burn rate of the latency budget",
    shows: "The same for tool calls that took longer than the threshold.",
    whenBad: "As on the left. A slow dependency shows here long before it shows as errors.",
    unit: "short",
    thresholds: [6, 14.4],
    queries: WINDOWS.map((window) => ({ expr: `(${slowShare(window)}) / ${SLOW_BUDGET}`, legend: window })),
  }),
  table({
    title: "Who spends the error budget",
    shows:
      "Failed requests of the period by server, method and tool, and what share of the budget each has used.",
    whenBad: "Begin with the first row: mending it gives back most.",
    unit: "short",
    width: 24,
    sortBy: "Budget used",
    labels: {
      job: { head: "Server" },
      mcp_method_name: { head: "Method" },
      gen_ai_tool_name: { head: "Tool", leads: toTool("${__data.fields.Tool}") },
    },
    queries: [
      { expr: count(REQUESTS, "$period", "job, mcp_method_name, gen_ai_tool_name"), legend: "Requests" },
      {
        expr: `${count(BAD, "$period", "job, mcp_method_name, gen_ai_tool_name")} or 0 * ${count(REQUESTS, "$period", "job, mcp_method_name, gen_ai_tool_name")}`,
        legend: "Failed",
      },
      {
        expr: `(${count(BAD, "$period", "job, mcp_method_name, gen_ai_tool_name")} or 0 * ${count(REQUESTS, "$period", "job, mcp_method_name, gen_ai_tool_name")}) / on () group_left () (${BUDGET} * ${count(REQUESTS, "$period")})`,
        legend: "Budget used",
        unit: "percentunit",
        bad: [0.1, 0.5],
      },
    ],
  }),
];

export const serviceLevels = () =>
  dashboard({
    uid: UIDS.objectives,
    title: "MCP service-level objectives",
    description:
      "Availability and latency against an objective, error budgets and how fast they burn. Mistakes of callers do not count.",
    from: "now-24h",
    variables: [
      metricsSource(),
      server(),
      instance("server"),
      choice(
        "period",
        "Period",
        "The time for which the objective holds.",
        ["1d", "7d", "28d", "30d"],
        "30d",
      ),
      text("availability", "Availability (%)", "So many of 100 requests shall not fail.", "99.5"),
      choice(
        "threshold",
        "Threshold",
        "A tool call that takes longer is slow. It is a bound of the histogram's buckets, as pushed and as scraped; the alerts compare with threshold:mcp_latency_seconds:objective.",
        ["500 ms : 0[.]5", "1 s : 1|1[.]0", "2 s : 2|2[.]0", "5 s : 5|5[.]0", "10 s : 10|10[.]0"],
        "5 s",
      ),
      text("speed", "Fast (%)", "So many of 100 requests shall be faster than the threshold.", "95"),
      choice(
        "forgiven",
        "Forgiven",
        "Whether a result with isError counts as failed. Some tools say so in the ordinary course of things.",
        ["nothing : none", "results with isError : tool_error"],
        "nothing",
      ),
    ],
    rows: [
      { title: "The period", panels: now },
      { title: "How fast the budgets burn", panels: burn },
    ],
  });
