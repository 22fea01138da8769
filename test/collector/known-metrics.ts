// Every metric that a query may name, with its labels: our own from the table that makes them, the rest from the one table below.
import { metricName, type MetricKind } from "../../src/admin/prometheus-names.ts";
import { INSTRUMENTS, type InstrumentRow } from "../../src/signals/instruments.ts";

const KINDS: Readonly<Record<InstrumentRow["kind"], MetricKind>> = {
  histogram: "histogram",
  counter: "counter",
  observableCounter: "counter",
  observableUpDownCounter: "upDownCounter",
  observableGauge: "gauge",
};

/** On every series, by prometheus.yaml. */
const EVERYWHERE = ["job", "instance", "service_name"];

/** Metrics of others: name -> labels. A name that ends in `*` is a histogram. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  // @opentelemetry/instrumentation-runtime-node
  nodejs_eventloop_delay_p99_seconds: [],
  nodejs_eventloop_time_seconds_total: ["nodejs_eventloop_state"],
  "v8js_gc_duration_seconds*": ["v8js_gc_type"],
  v8js_memory_heap_used_bytes: ["v8js_heap_space_name"],
  v8js_resource_active: ["v8js_resource_type"],
  // @opentelemetry/instrumentation-http, -undici
  "http_client_request_duration_seconds*": ["server_address"],
  // The Collector about itself, with the reader of otelcol/gateway.yaml.
  ...Object.fromEntries(
    ["spans", "metric_points", "log_records"].flatMap((items) => [
      [`otelcol_receiver_accepted_${items}_total`, ["receiver", "transport"]],
      [`otelcol_receiver_refused_${items}_total`, ["receiver", "transport"]],
      [`otelcol_exporter_sent_${items}_total`, ["exporter"]],
      [`otelcol_exporter_send_failed_${items}_total`, ["exporter"]],
      [`otelcol_exporter_enqueue_failed_${items}_total`, ["exporter"]],
    ]),
  ),
  otelcol_exporter_queue_size: ["exporter", "data_type"],
  otelcol_exporter_queue_capacity: ["exporter", "data_type"],
  otelcol_process_memory_rss: [],
  otelcol_process_cpu_seconds_total: [],
  otelcol_process_uptime_total: [],
  // Prometheus and Loki about themselves.
  up: [],
  ALERTS: ["alertname", "alertstate"],
  prometheus_tsdb_head_series: [],
  prometheus_tsdb_too_old_samples_total: [],
  prometheus_target_scrapes_exceeded_sample_limit_total: [],
  prometheus_target_scrapes_sample_duplicate_timestamp_total: [],
  prometheus_rule_evaluation_failures_total: [],
  prometheus_notifications_dropped_total: [],
  loki_distributor_lines_received_total: [],
  loki_discarded_samples_total: ["reason"],
  // examples/business-metrics
  api_quota_remaining: ["api"],
  api_quota_limit: ["api"],
  cache_requests_total: ["cache", "result"],
  data_age_seconds: ["dataset"],
};

/** Our metrics, as Prometheus calls them. */
export const OURS: readonly string[] = Object.values(INSTRUMENTS).map((row) => nameOf(row));

/** The labels of each series that exists, by the name of the series: `_bucket`, `_sum` and `_count` are three. */
export const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...Object.values(INSTRUMENTS).flatMap((row) =>
    series(
      nameOf(row),
      row.attributes.map((name) => name.replaceAll(".", "_")),
      row.kind === "histogram",
    ),
  ),
  ...Object.entries(OTHERS).flatMap(([name, labels]) =>
    series(name.replace("*", ""), labels, name.endsWith("*")),
  ),
]);

/** The metric that a series belongs to. */
export function metricOf(name: string): string {
  return OURS.find((metric) => name.replace(/_(bucket|sum|count)$/, "") === metric) ?? name;
}

function nameOf({ name, unit, kind }: InstrumentRow): string {
  return metricName(name, unit, KINDS[kind]) ?? name;
}

function series(name: string, labels: readonly string[], histogram: boolean): [string, Set<string>][] {
  const all = [...EVERYWHERE, ...labels];
  if (!histogram) return [[name, new Set(all)]];
  return [
    [`${name}_bucket`, new Set([...all, "le"])],
    [`${name}_sum`, new Set(all)],
    [`${name}_count`, new Set(all)],
  ];
}
