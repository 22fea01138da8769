// Alerts on the pipeline, and those that need a past. What the driver of alerts-past.test.ts does for each.
import type { AlertCase } from "./case.ts";

export const SESSIONS = 25;
export const TOO_OLD = 400;

export const PIPELINE_CASES: readonly AlertCase[] = [
  {
    alert: "MCPCollectorDown",
    did: "a Collector is killed",
    labels: { job: "otelcol-dying" },
    value: [0, 0],
  },
  {
    alert: "MCPBackEndDown",
    did: "a log store does not answer",
    labels: { job: "victoria-gone" },
    value: [0, 0],
  },
  {
    alert: "MCPCollectorRefusing",
    did: "a Collector without a back end gets more spans than its queue holds",
    labels: { job: "otelcol-full", signal: "traces" },
    value: [0.05, 1000],
  },
  {
    alert: "MCPCollectorQueueFilling",
    did: "the same",
    labels: { job: "otelcol-full", signal: "traces" },
    value: [0.8, 1],
  },
  {
    alert: "MCPCollectorDroppingData",
    did: "the same",
    labels: { job: "otelcol-full", signal: "traces" },
    value: [0.01, 1000],
  },
  {
    alert: "MCPCollectorExportFailing",
    rule: { cause: "stalled" },
    did: "the same",
    labels: { job: "otelcol-full", exporter: "otlp_http/jaeger", signal: "traces" },
    value: [0.8, 1],
  },
  {
    alert: "MCPCollectorExportFailing",
    rule: { cause: "refused" },
    did: `${TOO_OLD} samples come a day late`,
    labels: { job: "otelcol-full", exporter: "otlp_http/prometheus", signal: "metrics" },
    value: [0.05, TOO_OLD],
  },
  {
    alert: "MCPSamplesTooOld",
    did: `${TOO_OLD} samples come a day late`,
    labels: { job: "prometheus" },
    value: [1, TOO_OLD * 2],
  },
  {
    alert: "MCPAlertsNotDelivered",
    did: "nothing listens where Alertmanager should be",
    labels: { job: "prometheus", by: "Prometheus" },
    value: [0.5, 10_000],
  },
  {
    alert: "MCPRulesFailing",
    did: "a rule of somebody's makes the same series twice",
    labels: { problem: "a rule fails" },
    value: [0.5, 10_000],
  },
  {
    alert: "MCPServerGone",
    did: "the process is killed",
    labels: { job: "gone" },
    value: [1, 1],
    hurry: 60,
  },
  {
    alert: "MCPServerNoTraffic",
    did: "calls for a while, then none",
    labels: { job: "quiet" },
    value: [0, 0],
    hurry: 2880,
  },
  {
    alert: "MCPSessionLeak",
    did: `${SESSIONS} sessions are opened and none is closed`,
    labels: { job: "leaking" },
    value: [SESSIONS, SESSIONS],
    hurry: 360,
  },
];

/** When no server is called any more. */
export const SILENCE: AlertCase = {
  alert: "MCPServerNoTraffic",
  guide: true,
  did: "no server is called",
  labels: {},
  value: [0, 0],
  hurry: 90,
};

/** At the end, when nothing else is to be seen any more. */
export const THE_END: AlertCase = {
  alert: "MCPTelemetryAbsent",
  did: "all servers are killed",
  labels: {},
  value: [2, 100],
};
export const LAST_CASES = [SILENCE, THE_END];

/** What no test here can cause. An entry whose expression gives something is out of date. */
export const NOT_HERE: readonly { readonly alert: string; readonly why: string }[] = [
  { alert: "MCPLogLinesDiscarded", why: "it is about Loki, which is not built here" },
];
