// Every series that a query may name, and the labels it has: what the processes emit, and what others do.
import { metricName, type MetricKind } from "../../src/admin/prometheus-names.ts";
import { INSTRUMENTS, type InstrumentRow } from "../../src/signals/instruments.ts";

/** Put on each series by Prometheus, by the Collector's resource attributes or by a PodMonitor. */
export const ADDED = [
  "job",
  "instance",
  "service_name",
  "service_namespace",
  "service_version",
  "service_instance_id",
  "deployment_environment_name",
  "namespace",
  "pod",
  "container",
  // rules/mapping.yaml
  "mapped_from",
];

const KINDS: Readonly<Record<InstrumentRow["kind"], MetricKind>> = {
  histogram: "histogram",
  counter: "counter",
  observableCounter: "counter",
  observableUpDownCounter: "upDownCounter",
  observableGauge: "gauge",
};

/** The names and labels of INSTRUMENTS, as Prometheus has them. A histogram is itself where it is native. */
export function emitted(): Map<string, readonly string[]> {
  const series = new Map<string, readonly string[]>();
  for (const row of Object.values(INSTRUMENTS) as InstrumentRow[]) {
    const name = metricName(row.name, row.unit, KINDS[row.kind]) ?? "";
    const labels = row.attributes.map((attribute) => attribute.replaceAll(".", "_"));
    series.set(name, labels);
    if (row.kind === "histogram") {
      series.set(`${name}_bucket`, [...labels, "le"]);
      for (const part of ["count", "sum"]) series.set(`${name}_${part}`, labels);
    }
  }
  return series;
}

const COLLECTOR_SIGNALS = ["spans", "metric_points", "log_records"];
const collector = (what: string, labels: readonly string[]): [string, readonly string[]][] =>
  COLLECTOR_SIGNALS.flatMap((signal) =>
    ["", "_total"].map((suffix): [string, readonly string[]] => [
      `otelcol_${what}_${signal}${suffix}`,
      labels,
    ]),
  );

/** What other programs emit. Each line with the place that says so. */
export const OTHERS: ReadonlyMap<string, readonly string[]> = new Map([
  // https://prometheus.io/docs/concepts/jobs_instances/
  ["up", []],
  // https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/; the attributes are those of k8s_attributes
  [
    "target_info",
    [
      "k8s_namespace_name",
      "k8s_pod_name",
      "k8s_container_name",
      "host_name",
      "process_pid",
      "service_version",
    ],
  ],
  // https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/pod-metrics.md
  ["kube_pod_container_resource_limits", ["resource", "unit"]],
  ["kube_pod_container_status_last_terminated_reason", ["reason"]],
  ["kube_pod_container_status_restarts_total", []],
  // https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
  ["container_spec_memory_limit_bytes", []],
  // https://opentelemetry.io/docs/collector/internal-telemetry/
  ...collector("receiver_accepted", ["receiver", "transport"]),
  ...collector("receiver_refused", ["receiver", "transport"]),
  ...collector("exporter_sent", ["exporter"]),
  ...collector("exporter_send_failed", ["exporter"]),
  ...collector("exporter_enqueue_failed", ["exporter"]),
  ["otelcol_exporter_queue_size", ["exporter", "data_type"]],
  ["otelcol_exporter_queue_capacity", ["exporter", "data_type"]],
  ["otelcol_process_memory_rss_bytes", []],
  ["otelcol_process_uptime_seconds_total", []],
  // Prometheus, Loki and Alertmanager of themselves
  ["prometheus_tsdb_too_old_samples_total", ["type"]],
  ["prometheus_tsdb_out_of_order_samples_total", ["type"]],
  ["prometheus_rule_evaluation_failures_total", ["rule_group"]],
  ["prometheus_notifications_errors_total", ["alertmanager"]],
  ["prometheus_config_last_reload_successful", []],
  ["loki_discarded_samples_total", ["reason", "tenant"]],
  ["alertmanager_notifications_failed_total", ["integration", "reason"]],
  ["ALERTS", ["alertname", "alertstate", "severity", "component"]],
  // The runtime instrumentation: https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
  ["nodejs_eventloop_delay_p99_seconds", []],
  ["nodejs_eventloop_utilization_ratio", []],
  ["v8js_memory_heap_used_bytes", ["v8js_heap_space_name"]],
]);
