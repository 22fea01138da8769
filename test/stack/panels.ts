// What panels of the dashboards must show of the traffic of panels.test.ts. The queries are those of the committed dashboards.
import { INSTRUMENTS } from "../../src/signals/metrics/instruments.ts";

/** The least and the most that a value can be. */
type Range = readonly [least: number, most: number];

export interface PanelCase {
  /** A dashboard's uid and a panel's title. */
  readonly panel: string;
  readonly query: string;
  /** Values of the dashboard's variables; the others have all. */
  readonly chosen: Readonly<Record<string, string>>;
  /** The label that tells the series apart; without it there is one. */
  readonly by?: string;
  /** What the value is multiplied with, so that it is what was counted. */
  readonly times?: number;
  /** By the label's value; a series that is not here must be zero or not there. */
  readonly shows: Readonly<Record<string, Range>>;
}

/** The rate's interval is longer than all of it. */
export const INTERVAL_S = 300;
export const DID = {
  work: 40,
  fail: 10,
  wait: 20,
  waitMs: 300,
  answer: 10,
  bytes: 5000,
  /** Sessions that stay, and that are ended. */
  open: 3,
  ended: 2,
  brief: 4,
  briefCalls: 7,
  killed: { work: 5, fail: 1 },
  visited: 10,
  timedOut: 10,
} as const;

const exactly = (value: number): Range => [value - 1e-6, value + 1e-6];
/** Beyond the last of two samples Prometheus goes on for at most 1.1 of their distance, and before the first one to zero. */
const counted = (events: number): Range => (events === 0 ? exactly(0) : [events * 0.99, events * 2.1]);
/** A quantile is between the bounds of the buckets that the durations are in; a busy machine makes them longer. */
function between(least: number, most: number, buckets: readonly number[] = []): Range {
  return [
    buckets.findLast((bound) => bound < least) ?? 0,
    buckets.find((bound) => bound >= most) ?? Number.POSITIVE_INFINITY,
  ];
}

const steady = { server: "steady" };
const visitor = { client: "visitor" };
const impatient = { client: "impatient" };
const SESSIONS = DID.open + DID.ended + 1; // the visitor's
const CALLS = DID.work + DID.fail + DID.wait + DID.visited + DID.answer;
/** Requests are the calls and the handshakes. */
const FAILED = DID.fail / (CALLS + SESSIONS);
const ALLOWED = 1 - 0.995;
/** Not everything came at the same time, so shares are extrapolated a little differently. */
const about = (value: number): Range =>
  [value * 0.8, value * 1.2].toSorted((a, b) => a - b) as unknown as Range;

/** @param longestMs the longest call that the driver saw */
export function panelCases(longestMs: number, seconds: number): readonly PanelCase[] {
  const calls = INSTRUMENTS.toolCallDuration.buckets;
  const took = (buckets: readonly number[]): Range =>
    between(DID.waitMs / 1000, Math.max(longestMs, DID.waitMs) / 1000, buckets);
  const quantiles = (
    panel: string,
    chosen: Record<string, string>,
    of: Omit<PanelCase, "panel" | "query" | "chosen">,
  ) => ["A", "B", "C"].map((query): PanelCase => ({ panel, query, chosen, ...of }));
  const rates = { times: INTERVAL_S };
  const perMinute = { times: INTERVAL_S / 60 };

  return [
    {
      panel: "mcp-overview: Tool call rate",
      query: "A",
      chosen: steady,
      by: "tool_name",
      ...rates,
      shows: {
        work: counted(DID.work),
        fail: counted(DID.fail),
        wait: counted(DID.wait + DID.visited),
        answer: counted(DID.answer),
      },
    },
    {
      panel: "mcp-overview: Error rate",
      query: "A",
      chosen: steady,
      by: "tool_name",
      shows: { work: exactly(0), fail: exactly(100), wait: exactly(0), answer: exactly(0) },
    },
    ...quantiles(
      "mcp-tools: Latency p50, p95, p99",
      { ...steady, tool: "wait" },
      { shows: { "": took(calls) } },
    ),
    {
      panel: "mcp-overview: Active sessions",
      query: "A",
      chosen: { server: "steady|brief" },
      by: "job",
      shows: { steady: exactly(DID.open + 1) },
    },
    {
      panel: "mcp-overview: Servers",
      query: "B",
      chosen: { server: "steady|brief|killed" },
      by: "job",
      shows: {
        steady: counted(CALLS),
        brief: counted(DID.brief * DID.briefCalls),
        killed: counted(DID.killed.work + DID.killed.fail),
      },
    },
    {
      panel: "mcp-overview: Servers",
      query: "C",
      chosen: { server: "steady|brief|killed" },
      by: "job",
      shows: { steady: about((100 * DID.fail) / CALLS), brief: exactly(0), killed: about(100 / 6) },
    },
    {
      panel: "mcp-overview: Tool call breakdown, last 24 hours",
      query: "C",
      chosen: { server: "killed" },
      by: "tool_name",
      shows: { work: exactly(0), fail: counted(DID.killed.fail) },
    },
    {
      panel: "mcp-overview: Errors by type",
      query: "A",
      chosen: steady,
      by: "error_type",
      ...rates,
      shows: { tool_error: counted(DID.fail) },
    },
    {
      panel: "mcp-tools: Call rate",
      query: "A",
      chosen: { ...steady, tool: "fail" },
      by: "status",
      ...rates,
      shows: { error: counted(DID.fail), success: exactly(0) },
    },
    {
      panel: "mcp-tools: Errors by class",
      query: "A",
      chosen: { ...steady, tool: "fail" },
      by: "error_type",
      ...rates,
      shows: { tool_error: counted(DID.fail) },
    },
    {
      panel: "mcp-tools: By server",
      query: "A",
      chosen: { ...steady, tool: "answer" },
      by: "job",
      shows: { steady: counted(DID.answer) },
    },
    ...["A", "B"].map((query): PanelCase => ({
      panel: "mcp-tools: Result size p50, p95",
      query,
      chosen: { ...steady, tool: "answer" },
      by: "gen_ai_tool_name",
      shows: { answer: between(DID.bytes, DID.bytes, INSTRUMENTS.toolResultSize.buckets) },
    })),
    {
      panel: "mcp-tools: Bytes into context",
      query: "A",
      chosen: { ...steady, tool: "answer" },
      by: "gen_ai_tool_name",
      ...rates,
      shows: { answer: counted(DID.answer * DID.bytes) },
    },
    {
      panel: "mcp-sessions: Active sessions by server",
      query: "A",
      chosen: steady,
      by: "job",
      shows: { steady: exactly(DID.open + 1) },
    },
    {
      panel: "mcp-sessions: Sessions that ended",
      query: "A",
      chosen: steady,
      ...perMinute,
      shows: { "": counted(DID.ended) },
    },
    {
      panel: "mcp-sessions: Session duration p50, p95",
      query: "B",
      chosen: steady,
      shows: { "": between(0, seconds, INSTRUMENTS.sessionDuration.buckets) },
    },
    {
      panel: "mcp-sessions: Handshakes",
      query: "A",
      chosen: steady,
      by: "mcp_method_name",
      ...rates,
      shows: { initialize: counted(SESSIONS) },
    },
    {
      panel: "mcp-sessions: Transports",
      query: "A",
      chosen: { server: "brief" },
      by: "network_transport",
      ...rates,
      // A handshake is a request and a notification.
      shows: { pipe: counted(DID.brief * (DID.briefCalls + 2)) },
    },
    {
      panel: "mcp-clients: Requests by method",
      query: "A",
      chosen: visitor,
      by: "mcp_method_name",
      ...rates,
      shows: {
        "tools/call": counted(DID.visited),
        initialize: counted(1),
        "notifications/initialized": counted(1),
      },
    },
    ...quantiles("mcp-clients: Latency p50, p95, p99 of tool calls", visitor, {
      shows: { "": [took(INSTRUMENTS.clientOperationDuration.buckets)[0], Number.POSITIVE_INFINITY] },
    }),
    {
      panel: "mcp-clients: Failed requests",
      query: "A",
      chosen: impatient,
      by: "error_type",
      shows: { timeout: about((100 * DID.timedOut) / (DID.timedOut + 1)) },
    },
    {
      panel: "mcp-clients: By client and server",
      query: "A",
      chosen: { client: "visitor|impatient" },
      by: "job",
      shows: { visitor: counted(DID.visited + 1), impatient: counted(DID.timedOut + 1) },
    },
    {
      panel: "mcp-clients: By client and server",
      query: "B",
      chosen: { client: "visitor|impatient" },
      by: "job",
      shows: { impatient: about((100 * DID.timedOut) / (DID.timedOut + 1)) },
    },
    {
      panel: "mcp-clients: Given up",
      query: "A",
      chosen: impatient,
      by: "error_type",
      ...perMinute,
      shows: { timeout: counted(DID.timedOut) },
    },
    {
      panel: "mcp-clients: Tools that clients call",
      query: "A",
      chosen: visitor,
      by: "gen_ai_tool_name",
      ...rates,
      shows: { wait: counted(DID.visited) },
    },
    {
      panel: "mcp-objectives: Availability",
      query: "A",
      chosen: steady,
      shows: { "": [1 - FAILED * 1.2, 1 - FAILED * 0.8] },
    },
    {
      panel: "mcp-objectives: Error budget left",
      query: "A",
      chosen: steady,
      shows: { "": [1 - (FAILED * 1.2) / ALLOWED, 1 - (FAILED * 0.8) / ALLOWED] },
    },
    {
      panel: "mcp-objectives: Burn rate of the error budget",
      query: "A",
      chosen: steady,
      shows: { "": about(FAILED / ALLOWED) },
    },
    {
      panel: "mcp-objectives: Fast enough",
      query: "A",
      chosen: { ...steady, threshold: "10|10.0" },
      shows: { "": [0.99, 1] },
    },
    {
      panel: "mcp-objectives: Requests in the last hour",
      query: "A",
      chosen: steady,
      shows: { "": counted(CALLS + SESSIONS) },
    },
    {
      panel: "mcp-objectives: Who spends the error budget",
      query: "B",
      chosen: { server: "killed" },
      by: "gen_ai_tool_name",
      shows: { "": exactly(0), work: exactly(0), fail: counted(DID.killed.fail) },
    },
    {
      panel: "mcp-pipeline: Collector up for",
      query: "A",
      chosen: {},
      shows: { "": [1, seconds] },
    },
    {
      panel: "mcp-pipeline: Memory of the Collector",
      query: "A",
      chosen: {},
      by: "job",
      shows: { otelcol: [20e6, 2e9] },
    },
    {
      panel: "mcp-pipeline: Refused",
      query: "A",
      chosen: {},
      by: "receiver",
      shows: { otlp: exactly(0) },
    },
    {
      panel: "mcp-pipeline: Queues",
      query: "A",
      chosen: {},
      by: "exporter",
      shows: {
        "otlp_http/jaeger": [0, 50],
        "otlp_http/prometheus": [0, 50],
        "otlp_http/victorialogs": [0, 50],
      },
    },
    {
      panel: "mcp-runtime: Processes",
      query: "A",
      chosen: steady,
      by: "job",
      shows: { steady: exactly(1) },
    },
    {
      panel: "mcp-runtime: Uptime",
      query: "A",
      chosen: steady,
      by: "job",
      shows: { steady: [1, seconds] },
    },
  ];
}
