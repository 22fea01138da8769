/** The components that the configurations may use, by their current name and the end of their Go module's path. */
export const COMPONENTS = {
  receivers: { kafka: "receiver/kafkareceiver", otlp: "receiver/otlpreceiver" },
  processors: {
    batch: "processor/batchprocessor",
    delta_to_cumulative: "processor/deltatocumulativeprocessor",
    filter: "processor/filterprocessor",
    interval: "processor/intervalprocessor",
    memory_limiter: "processor/memorylimiterprocessor",
    redaction: "processor/redactionprocessor",
    resource_detection: "processor/resourcedetectionprocessor",
    tail_sampling: "processor/tailsamplingprocessor",
    transform: "processor/transformprocessor",
  },
  exporters: {
    kafka: "exporter/kafkaexporter",
    load_balancing: "exporter/loadbalancingexporter",
    otlp_grpc: "exporter/otlpexporter",
    otlp_http: "exporter/otlphttpexporter",
    prometheus: "exporter/prometheusexporter",
    prometheus_remote_write: "exporter/prometheusremotewriteexporter",
  },
  connectors: {
    count: "connector/countconnector",
    forward: "connector/forwardconnector",
    service_graph: "connector/servicegraphconnector",
    span_metrics: "connector/spanmetricsconnector",
  },
  extensions: {
    bearertokenauth: "extension/bearertokenauthextension",
    file_storage: "extension/storage/filestorage",
    health_check: "extension/healthcheckextension",
  },
} as const satisfies Record<string, Record<string, string>>;

export type Kind = keyof typeof COMPONENTS;
export const KINDS = Object.keys(COMPONENTS) as Kind[];

/** `otlp_http/jaeger` is an `otlp_http`. */
export const typeOf = (name: string): string => name.split("/", 1)[0] ?? name;
