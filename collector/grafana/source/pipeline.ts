// The way of the telemetry itself: processes, Collector, Prometheus, Loki. When a dashboard is empty, the reason is here.
import { metricsSource, selector } from "./data-sources.ts";
import { dashboard } from "./frame.ts";
import { UIDS } from "./go-to.ts";
import { stat, timeSeries } from "./panels.ts";
import { SERVER, WINDOW, increaseInRange, topBy, ratePerSecond } from "./queries.ts";
import { instance, server, top } from "./selectors.ts";

const COLLECTOR = 'job=~"$collector"';
const ITEMS = { spans: "spans", metric_points: "metric points", log_records: "log records" } as const;

/** The three signals of one of the Collector's counters, by one label. */
const each = (prefix: string, by: string, after = "") =>
  Object.entries(ITEMS).map(([item, name]) => ({
    expr: ratePerSecond(by, `${prefix}_${item}_total`, COLLECTOR),
    legend: `${name} {{${by}}}${after}`,
  }));

/** The same, 0 where the Collector has not counted a first one: a counter of failures is not there before it fails. */
const eachOrZero = (prefix: string, by: string, beside: string) =>
  Object.entries(ITEMS).map(([item, name]) => ({
    expr: `${ratePerSecond(by, `${prefix}_${item}_total`, COLLECTOR)} or 0 * ${ratePerSecond(by, `${beside}_${item}_total`, COLLECTOR)}`,
    legend: `${name} {{${by}}}`,
  }));

const NO_COLLECTOR = "No Collector is scraped. See collector/prometheus/targets/pipeline.yaml";

const first = [
  stat({
    title: "Scraped and down",
    shows: "Targets that Prometheus cannot reach.",
    whenBad: "Status, Targets in Prometheus names them and the error.",
    unit: "short",
    thresholds: [1, 1],
    width: 6,
    queries: [{ expr: "count(up == 0) or 0 * count(up)", legend: "down" }],
    noData: "Prometheus scrapes nothing",
  }),
  stat({
    title: "Servers that report",
    shows: "Processes of MCP servers that sent something in the last minutes.",
    whenBad:
      "Fewer than you run: their telemetry does not arrive. See below whether the Collector accepts anything.",
    unit: "short",
    width: 6,
    queries: [{ expr: `count(process_uptime_seconds{${SERVER}})`, legend: "processes" }],
    noData: "No MCP server reports",
  }),
  stat({
    title: "Alerts firing",
    shows: "Alerts of Prometheus that fire now, the Watchdog not counted.",
    whenBad: "Each has a runbook: collector/runbooks.",
    unit: "short",
    thresholds: [1, 5],
    width: 6,
    queries: [
      { expr: 'count(ALERTS{alertstate="firing", alertname!="Watchdog"}) or vector(0)', legend: "alerts" },
    ],
  }),
  stat({
    title: "Collector up for",
    shows: "Time since the youngest Collector started.",
    whenBad:
      "Minutes, again and again: it is killed. Compare its memory below with the limit of its container.",
    unit: "s",
    width: 6,
    queries: [
      {
        expr: `min(otelcol_process_uptime_seconds_total{${COLLECTOR}})`,
        legend: "up",
      },
    ],
    noData: NO_COLLECTOR,
  }),
];

const collector = [
  timeSeries({
    title: "Accepted",
    shows: "What the Collector takes in, per second, by signal and receiver.",
    whenBad:
      "Zero while servers run: they send elsewhere; see OTEL_EXPORTER_OTLP_ENDPOINT. One signal is missing: its exporter is switched off in the processes.",
    unit: "cps",
    queries: each("otelcol_receiver_accepted", "receiver"),
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "Refused",
    shows: "What the Collector refuses, per second: out of memory, or its queue is full.",
    whenBad: "Processes try again a few times and then drop. Look at the queues and at the memory below.",
    unit: "cps",
    thresholds: [0.05, 1],
    queries: eachOrZero("otelcol_receiver_refused", "receiver", "otelcol_receiver_accepted"),
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "Sent",
    shows: "What the Collector delivers, per second, by signal and back end.",
    whenBad: "Less than is accepted: the rest is in the queue, or fails on the right.",
    unit: "cps",
    queries: each("otelcol_exporter_sent", "exporter"),
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "Queues",
    shows: "How full the queue of each exporter is.",
    whenBad:
      "It fills while a back end is away, and empties after. Above 60 % look at that back end; at 100 % data is lost.",
    unit: "percent",
    max: 100,
    thresholds: [60, 90],
    queries: [
      {
        expr: `100 * max by (exporter, data_type) (otelcol_exporter_queue_size{${COLLECTOR}}) / max by (exporter, data_type) (otelcol_exporter_queue_capacity{${COLLECTOR}})`,
        legend: "{{exporter}} {{data_type}}",
      },
    ],
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "Failed to send",
    shows: "What a back end refused for good, per second. These are lost.",
    whenBad:
      "Prometheus: samples too old or out of order, see below. Loki: lines too old or too long. The Collector's log has the back end's answer.",
    unit: "cps",
    thresholds: [0.05, 1],
    queries: eachOrZero("otelcol_exporter_send_failed", "exporter", "otelcol_exporter_sent"),
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "Did not fit in the queue",
    shows: "What found the queue full, per second. These are lost unless the sender tries again.",
    whenBad: "Bring the back end back; then give the queue more room (MCP_QUEUE_BYTES).",
    unit: "cps",
    thresholds: [0.05, 1],
    queries: eachOrZero("otelcol_exporter_enqueue_failed", "exporter", "otelcol_exporter_sent"),
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "Memory of the Collector",
    shows: "Resident memory, by Collector.",
    whenBad:
      "Near the container's limit: memory_limiter (MCP_MEMORY_LIMIT_MIB) is too high for it, or GOMEMLIMIT is missing.",
    unit: "bytes",
    queries: [
      {
        expr: `max by (job, instance) (otelcol_process_memory_rss_bytes{${COLLECTOR}})`,
        legend: "{{job}} {{instance}}",
      },
    ],
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "CPU of the Collector",
    shows: "100 % is one core. Most of it is redaction.",
    whenBad: "At its limit it falls behind and the queues fill. Add a gateway.",
    unit: "percentunit",
    queries: [
      {
        expr: ratePerSecond("job, instance", "otelcol_process_cpu_seconds_total", COLLECTOR),
        legend: "{{job}} {{instance}}",
      },
    ],
    width: 8,
    noData: NO_COLLECTOR,
  }),
  timeSeries({
    title: "Names and values held back by the processes",
    shows:
      "What mcp-otelkit left out to stay bounded, in the window: names counted as _OTHER, values cut, signals dropped.",
    whenBad:
      "names: somebody invents tool names, or you have more tools than the cap. dropped signals: the process could not deliver.",
    unit: "short",
    queries: [
      topBy(
        "reason",
        `sum by (reason) (increase(mcp_telemetry_suppressed_total{${SERVER}}[${WINDOW}]))`,
        increaseInRange("reason", "mcp_telemetry_suppressed_total", SERVER),
      ),
    ],
    width: 8,
    noData: "Nothing was held back",
  }),
];

const stores = [
  timeSeries({
    title: "Series in Prometheus",
    shows: "Series in memory.",
    whenBad: "A steady climb: a label with ever new values. Prometheus, Status, TSDB names the metric.",
    unit: "short",
    queries: [{ expr: "max by (job) (prometheus_tsdb_head_series)", legend: "{{job}}" }],
    width: 8,
    noData: "Prometheus does not scrape itself",
  }),
  timeSeries({
    title: "Samples that Prometheus refused",
    shows: "Samples per second that came too late or out of order, or beyond a scrape's limit.",
    whenBad:
      "After an outage longer than out_of_order_time_window: lost, and the queue was too patient. Always: two processes have the same service.instance.id.",
    unit: "cps",
    thresholds: [0.05, 1],
    queries: [
      { expr: `sum(rate(prometheus_tsdb_too_old_samples_total[${WINDOW}]))`, legend: "too old" },
      {
        expr: `sum(rate(prometheus_target_scrapes_exceeded_sample_limit_total[${WINDOW}]))`,
        legend: "scrapes above the sample limit",
      },
      {
        expr: `sum(rate(prometheus_target_scrapes_sample_duplicate_timestamp_total[${WINDOW}]))`,
        legend: "duplicates in scrapes",
      },
    ],
    width: 8,
    noData: "Prometheus does not scrape itself",
  }),
  timeSeries({
    title: "Rules and notifications that failed",
    shows: "Failed rule evaluations and notifications dropped on the way to Alertmanager, per second.",
    whenBad:
      "Any value: alerts may be silent. Status, Rules in Prometheus has the error; for notifications see whether Alertmanager runs.",
    unit: "cps",
    thresholds: [0.001, 0.01],
    queries: [
      {
        expr: `sum(rate(prometheus_rule_evaluation_failures_total[${WINDOW}])) or vector(0)`,
        legend: "rules",
      },
      { expr: `sum(rate(prometheus_notifications_dropped_total[${WINDOW}]))`, legend: "notifications" },
    ],
    width: 8,
    noData: "Prometheus does not scrape itself",
  }),
  timeSeries({
    title: "Log lines in Loki",
    shows: "Lines per second that Loki takes, and those that it refuses, by reason.",
    whenBad:
      "too_far_behind, greater_than_max_sample_age: a queue held lines longer than Loki takes them. structured_metadata_too_large: an attribute is too long, mostly a stack trace.",
    unit: "cps",
    queries: [
      { expr: `sum(rate(loki_distributor_lines_received_total[${WINDOW}]))`, legend: "taken" },
      {
        expr: `sum by (reason) (rate(loki_discarded_samples_total[${WINDOW}]))`,
        legend: "refused {{reason}}",
      },
    ],
    width: 12,
    noData: "No Loki is scraped. See collector/prometheus/targets/pipeline.yaml",
  }),
  timeSeries({
    title: "Age of the newest data",
    shows: "Time since the last sample of the MCP server that is longest silent.",
    whenBad:
      "More than a few minutes: that server is down, or the way from it is. It disappears here after five minutes of silence.",
    unit: "s",
    thresholds: [120, 240],
    queries: [
      topBy(
        "job",
        `time() - max by (job) (timestamp(process_uptime_seconds{${SERVER}}))`,
        `time() - max by (job) (timestamp(process_uptime_seconds{${SERVER}} @ end()))`,
      ),
    ],
    width: 12,
  }),
];

export const pipelineHealth = () =>
  dashboard({
    uid: UIDS.pipeline,
    title: "MCP telemetry pipeline",
    description:
      "Whether telemetry arrives: processes, Collector, Prometheus, Loki. When another dashboard is empty, look here.",
    variables: [
      metricsSource(),
      server(),
      instance("server"),
      selector({
        name: "collector",
        label: "Collector",
        description: "Collectors that Prometheus scrapes, by job.",
        // Jaeger 2 is made of the same parts, and says the same of itself.
        from: 'otelcol_process_memory_rss_bytes{job!="jaeger"}',
        take: "job",
      }),
      top(),
    ],
    rows: [
      { title: "At a glance", panels: first },
      { title: "Collector", panels: collector },
      { title: "Stores", panels: stores },
    ],
  });
