// Every metric that a query may name, with its labels: mcp-otelkit's from the table that defines them, others from
// the table below.
import { metricName, type MetricKind } from "../../src/admin/metrics/prometheus-names.ts";
import { INSTRUMENTS, type InstrumentRow } from "../../src/signals/metrics/instruments.ts";

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
  nodejs_eventloop_utilization_ratio: [],
  nodejs_eventloop_time_seconds_total: ["nodejs_eventloop_state"],
  "v8js_gc_duration_seconds*": ["v8js_gc_type"],
  v8js_memory_heap_used_bytes: ["v8js_heap_space_name"],
  v8js_resource_active: ["v8js_resource_type"],
  // @opentelemetry/instrumentation-http, -undici
  "http_client_request_duration_seconds*": ["server_address"],
  // https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/; the attributes are those of k8s_attributes
  target_info: [
    "k8s_namespace_name",
    "k8s_pod_name",
    "k8s_container_name",
    "host_name",
    "process_pid",
    "service_version",
  ],
  // https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/pod-metrics.md
  kube_pod_container_resource_limits: ["resource", "unit"],
  kube_pod_container_status_last_terminated_reason: ["reason"],
  kube_pod_container_status_restarts_total: [],
  // https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
  container_spec_memory_limit_bytes: [],
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
  otelcol_process_memory_rss_bytes: [],
  otelcol_process_cpu_seconds_total: [],
  otelcol_process_uptime_seconds_total: [],
  // Prometheus, Loki and Alertmanager about themselves. https://prometheus.io/docs/concepts/jobs_instances/
  up: [],
  ALERTS: ["alertname", "alertstate", "severity", "component"],
  prometheus_tsdb_head_series: [],
  prometheus_tsdb_too_old_samples_total: ["type"],
  prometheus_tsdb_out_of_order_samples_total: ["type"],
  prometheus_config_last_reload_successful: [],
  prometheus_target_scrapes_exceeded_sample_limit_total: [],
  prometheus_target_scrapes_sample_duplicate_timestamp_total: [],
  prometheus_rule_evaluation_failures_total: ["rule_group"],
  prometheus_notifications_dropped_total: [],
  prometheus_notifications_errors_total: ["alertmanager"],
  alertmanager_notifications_failed_total: ["integration", "reason"],
  loki_distributor_lines_received_total: [],
  loki_discarded_samples_total: ["reason", "tenant"],
  // examples/business-metrics
  api_quota_remaining: ["api"],
  api_quota_limit: ["api"],
  cache_requests_total: ["cache", "result"],
  data_age_seconds: ["dataset"],
};

/** mcp-otelkit's metrics, under their Prometheus names. */
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

/** Put on each series by Prometheus, by the Collector's resource attributes, by a PodMonitor or by rules/mapping.yaml. */
const ADDED = [
  "service_namespace",
  "service_version",
  "service_instance_id",
  "deployment_environment_name",
  "namespace",
  "pod",
  "container",
  "mapped_from",
];

/**
 * What rules, runbooks and the guide may name: they are for other people's Prometheus as well, so native histograms are under their own
 * names, and the Collector's counters also without `_total`, as older Collectors have them.
 */
export const KNOWN_ANYWHERE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...KNOWN].flatMap(([name, labels]): [string, Set<string>][] => {
    const names = [name];
    if (name.endsWith("_count")) names.push(name.replace(/_count$/, ""));
    if (name.startsWith("otelcol_")) names.push(name.replace(/_total$/, ""));
    return names.map((one) => [one, new Set([...labels, ...ADDED])]);
  }),
);

/** The labels of all of them together. */
export const LABELS_ANYWHERE: ReadonlySet<string> = new Set(
  [...KNOWN_ANYWHERE.values()].flatMap((labels) => [...labels]),
);

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
