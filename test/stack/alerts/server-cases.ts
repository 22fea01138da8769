// Alerts on servers, tools, objectives and clients, and what the driver of alerts.test.ts does for each.
import type { AlertCase } from "./case.ts";

export const FAILURES = 30;
export const SLOW = { calls: 12, ms: 11_000 };
export const WRONG_CALLS = 60;
export const TIMED_OUT = 10;
export const PRINTED = 5;
export const MEGABYTES = 420;
export const QUOTA = { limit: 100, used: 85 };
const QUOTA_LEFT = 1 - QUOTA.used / QUOTA.limit;
const MIB = 1024 * 1024;
/** What stands in for a limit that Kubernetes would tell: less than any Node process needs. */
export const LIMIT_BYTES = 50 * MIB;
/** Beyond the last of two samples Prometheus goes on for at most 1.1 of their distance, and before the first one to zero. */
const counted = (events: number): [number, number] => [events * 0.99, events * 2.1];

const failed = `${FAILURES} of ${FAILURES} calls fail`;
const slow = `${SLOW.calls} of ${SLOW.calls} calls take ${SLOW.ms / 1000} s`;
/** The request that begins the session is no failure. */
const FAILED_SHARE: [number, number] = [0.85, 1];

const objectives = ["1h", "6h", "1d", "3d"].flatMap((window): AlertCase[] => {
  const speed = window.endsWith("h") ? "Fast" : "Slow";
  return [
    {
      alert: `MCPAvailabilityBudgetBurn${speed}`,
      rule: { window },
      did: failed,
      labels: { job: "failing" },
      value: FAILED_SHARE,
    },
    {
      alert: `MCPLatencyBudgetBurn${speed}`,
      rule: { window },
      did: slow,
      labels: { job: "slow" },
      value: [0.9, 1],
    },
  ];
});

export const SERVER_CASES: readonly AlertCase[] = [
  ...objectives,
  {
    alert: "MCPToolHighErrorRate",
    did: failed,
    labels: { job: "failing", tool_name: "fail" },
    value: [1, 1],
  },
  {
    alert: "MCPToolHighLatency",
    did: slow,
    labels: { job: "slow", tool_name: "wait" },
    value: [10, 30], // the bounds of the bucket
  },
  {
    alert: "MCPToolCallersWrong",
    did: `${WRONG_CALLS} calls of a tool that is not there`,
    labels: { job: "miscalled", tool_name: "_OTHER" },
    value: [1, 1],
  },
  {
    alert: "MCPClientTimeouts",
    did: `${TIMED_OUT} of ${TIMED_OUT} calls take longer than the client's patience; its handshake is one request more`,
    labels: { job: "impatient" },
    value: [0.8, 1],
  },
  {
    alert: "MCPServerDown",
    rule: { reach: "job" },
    did: "the only process is killed",
    labels: { job: "mcp-server" },
    value: [0, 0],
  },
  {
    alert: "MCPServerDown",
    rule: { reach: "instance" },
    did: "one process of two is killed",
    labels: { job: "pair" },
    value: [0, 0],
  },
  {
    alert: "MCPServerHighMemory",
    rule: { limit: "unknown" },
    did: `a tool holds ${MEGABYTES} MiB`,
    labels: { job: "large" },
    value: [MEGABYTES * MIB, 2 * MEGABYTES * MIB],
  },
  {
    alert: "MCPServerHighMemory",
    rule: { limit: "container" },
    did: `a Node process in ${LIMIT_BYTES / MIB} MiB`,
    labels: { job: "limited" },
    value: [1, 10],
  },
  {
    alert: "MCPStdoutCorrupted",
    did: `${PRINTED} lines on stdout that are no messages`,
    labels: { job: "noisy" },
    value: counted(PRINTED),
  },
  {
    alert: "MCPNamesSuppressed",
    did: "a tool has a name of more than 128 characters",
    labels: { job: "noisy", reason: "name_refused" },
    value: [1, 10], // each time that it is seen
  },
  {
    alert: "MCPNamesSuppressed",
    did: `${WRONG_CALLS} calls of a tool that is not there`,
    labels: { job: "miscalled", reason: "unknown_name" },
    value: [WRONG_CALLS, WRONG_CALLS * 2],
  },
  {
    alert: "MCPApiQuotaLow",
    did: `${QUOTA.used} of ${QUOTA.limit} requests of the quota are used`,
    labels: { job: "exchange", api: "rates" },
    value: [QUOTA_LEFT - 1e-9, QUOTA_LEFT + 1e-9],
  },
  {
    alert: "MCPServerDown",
    guide: true,
    did: "the only process is killed",
    labels: { job: "mcp-server" },
    value: [0, 0],
  },
  {
    alert: "MCPToolHighErrorRate",
    guide: true,
    did: failed,
    labels: { tool_name: "fail" },
    value: [1, 1],
  },
  {
    alert: "MCPToolHighLatency",
    guide: true,
    did: slow,
    labels: { tool_name: "wait" },
    value: [10, 30],
  },
  {
    alert: "MCPServerHighMemory",
    guide: true,
    did: `a tool holds ${MEGABYTES} MiB`,
    labels: { job: "large" },
    value: [MEGABYTES, 2 * MEGABYTES],
  },
  { alert: "Watchdog", did: "nothing", labels: {}, value: [1, 1] },
];
