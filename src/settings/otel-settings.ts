/**
 * The environment, read once when the SDK starts. Standard variables mean what the OpenTelemetry specification says;
 * those that only OpenTelemetry's own packages read (endpoints, headers, certificates, sampler, propagators, resource,
 * limits) are left to them and not listed here.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { listOf, positive, readChoice, readCount, textOf, type Complain, type Env } from "./values.ts";

import { tellOfMisspelt } from "./misspelt.ts";

export type { Env };

export type OtlpProtocol = "grpc" | "http/protobuf" | "http/json";

/** The signals that leave the process, as their variables write them. */
export type SignalName = "TRACES" | "METRICS" | "LOGS";

/** Where one signal goes and how. */
export interface SignalSettings<Exporter extends string = string> {
  readonly signal: SignalName;
  /** `OTEL_<SIGNAL>_EXPORTER`, a list; `otlp` where unset. Empty means none. */
  readonly exporters: readonly Exporter[];
  /** `OTEL_EXPORTER_OTLP_<SIGNAL>_PROTOCOL`, else `OTEL_EXPORTER_OTLP_PROTOCOL`, else `http/protobuf`. */
  readonly protocol: OtlpProtocol;
  /** Milliseconds an export may take with its retries, where the user set no `OTEL_EXPORTER_OTLP_*TIMEOUT`. */
  readonly exportTimeoutMs: number | undefined;
}

export interface TraceSettings extends SignalSettings<"otlp" | "console"> {
  /** `OTEL_BSP_*`, in milliseconds and spans. */
  readonly batch: BatchSettings;
}

export interface LogSettings extends SignalSettings<"otlp" | "console"> {
  /** `OTEL_BLRP_*`, in milliseconds and log records. */
  readonly batch: BatchSettings;
}

export interface MetricSettings extends SignalSettings<"otlp" | "console" | "prometheus"> {
  /** `OTEL_METRIC_EXPORT_INTERVAL` in milliseconds; 60,000 where unset. */
  readonly intervalMs: number;
  /** `OTEL_METRIC_EXPORT_TIMEOUT` in milliseconds; 30,000 where unset, and never more than the interval. */
  readonly timeoutMs: number;
  /** `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION` is `base2_exponential_bucket_histogram`. */
  readonly exponential: boolean;
}

/** The endpoint for probes and scrapers. */
export interface AdminSettings {
  /** `OTEL_INSTRUMENTATION_MCP_ADMIN`: `on`, `off`, or unset: on where a variable below or the exporter `prometheus` asks for it. */
  readonly enabled: boolean | undefined;
  /** `OTEL_EXPORTER_PROMETHEUS_HOST`; `localhost` where unset. Set, it asks for the endpoint where an MCP server is seen. */
  readonly host: string | undefined;
  /** `OTEL_EXPORTER_PROMETHEUS_PORT`; unset: 9464, or the next free one. Set, it asks for the endpoint where an MCP server is seen. */
  readonly port: number | undefined;
  /** `OTEL_INSTRUMENTATION_MCP_ADMIN_TOKEN`: asked for as a bearer token by `/metrics`. */
  readonly token: string | undefined;
}

/** How the process ends. */
export interface ExitSettings {
  /** `OTEL_INSTRUMENTATION_MCP_DRAIN_MS`: how long SIGTERM waits for running operations; 0 where unset. */
  readonly drainMs: number;
  /** `OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT`: whether `process.exit()` waits for what is queued; `on` where unset. */
  readonly flushOnExit: boolean;
}

export interface RuntimeSettings {
  readonly exit: ExitSettings;
  readonly traces: TraceSettings;
  readonly metrics: MetricSettings;
  readonly logs: LogSettings;
  readonly admin: AdminSettings;
  /** `OTEL_INSTRUMENTATION_MCP_HTTP_CONTENT=on`: HTTP spans keep all that OpenTelemetry's instrumentations record. */
  readonly httpContent: boolean;
}

type BatchOption = "maxQueueSize" | "maxExportBatchSize" | "scheduledDelayMillis" | "exportTimeoutMillis";

/** How a batch processor batches; the specification's defaults hold where a value is `undefined`. */
export type BatchSettings = Readonly<Record<BatchOption, number | undefined>>;

/**
 * For spans shorter than the specification's 5 s: a process that ends by `process.exit()` loses what is queued, so at
 * most one second of telemetry is at stake. For log records the specification has it so.
 */
const SCHEDULE_DELAY_MS = 1000;

/**
 * Shorter than the specification's 10 s: an export that is under way, retries included, keeps the process alive that long
 * after its end, and MCP hosts kill a server 2 s after closing its input.
 */
const EXPORT_TIMEOUT_MS = 1500;

const BATCH: readonly (readonly [option: BatchOption, variable: string, fallback?: number])[] = [
  ["maxQueueSize", "MAX_QUEUE_SIZE"],
  ["maxExportBatchSize", "MAX_EXPORT_BATCH_SIZE"],
  ["scheduledDelayMillis", "SCHEDULE_DELAY", SCHEDULE_DELAY_MS],
  ["exportTimeoutMillis", "EXPORT_TIMEOUT"],
];

const PROTOCOLS: readonly OtlpProtocol[] = ["grpc", "http/protobuf", "http/json"];
const AGGREGATIONS = ["explicit_bucket_histogram", "base2_exponential_bucket_histogram"];

/** @param tell hears of each value that cannot be used, in a sentence that names the variable */
export function readSettings(env: Env, tell: Complain): RuntimeSettings {
  // A variable that several signals share is complained of once.
  const told = new Set<string>();
  const complain: Complain = (problem) => {
    if (!told.has(problem)) tell(problem);
    told.add(problem);
  };
  tellOfMisspelt(env, tell);
  const intervalMs = positive(readCount(env, "OTEL_METRIC_EXPORT_INTERVAL", complain)) ?? 60_000;
  const timeoutMs = positive(readCount(env, "OTEL_METRIC_EXPORT_TIMEOUT", complain)) ?? 30_000;
  const aggregation = readChoice(
    env,
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
    AGGREGATIONS,
    complain,
  );
  const admin = readChoice(env, "OTEL_INSTRUMENTATION_MCP_ADMIN", ["on", "off"], complain);
  return {
    exit: {
      drainMs: readCount(env, "OTEL_INSTRUMENTATION_MCP_DRAIN_MS", complain) ?? 0,
      flushOnExit:
        readChoice(env, "OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT", ["on", "off"], complain) !== "off",
    },
    traces: {
      ...readSignal(env, "TRACES", ["otlp", "console"], complain),
      batch: readBatch(env, "OTEL_BSP", complain),
    },
    metrics: {
      ...readSignal(env, "METRICS", ["otlp", "console", "prometheus"], complain),
      intervalMs,
      timeoutMs: Math.min(timeoutMs, intervalMs),
      exponential: aggregation === "base2_exponential_bucket_histogram",
    },
    logs: {
      ...readSignal(env, "LOGS", ["otlp", "console"], complain),
      batch: readBatch(env, "OTEL_BLRP", complain),
    },
    admin: {
      enabled: admin === undefined ? undefined : admin === "on",
      host: textOf(env, "OTEL_EXPORTER_PROMETHEUS_HOST"),
      port: readCount(env, "OTEL_EXPORTER_PROMETHEUS_PORT", complain),
      token: textOf(env, "OTEL_INSTRUMENTATION_MCP_ADMIN_TOKEN"),
    },
    httpContent: readChoice(env, "OTEL_INSTRUMENTATION_MCP_HTTP_CONTENT", ["on", "off"], complain) === "on",
  };
}

function readSignal<Exporter extends string>(
  env: Env,
  signal: SignalName,
  exporters: readonly Exporter[],
  complain: Complain,
): SignalSettings<Exporter | "otlp"> {
  const own = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  const protocolVariable = textOf(env, own) === undefined ? "OTEL_EXPORTER_OTLP_PROTOCOL" : own;
  const protocol = textOf(env, protocolVariable) ?? "http/protobuf";
  const knownProtocol = PROTOCOLS.find((candidate) => candidate === protocol);
  if (knownProtocol === undefined)
    complain(`${protocolVariable}=${protocol} is none of ${PROTOCOLS.join(", ")}; using http/protobuf`);
  const timeoutGiven = ["OTEL_EXPORTER_OTLP_TIMEOUT", `OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`].some(
    (name) => textOf(env, name) !== undefined,
  );
  return {
    signal,
    exporters: readExporters(env, `OTEL_${signal}_EXPORTER`, exporters, complain),
    protocol: knownProtocol ?? "http/protobuf",
    exportTimeoutMs: timeoutGiven ? undefined : EXPORT_TIMEOUT_MS,
  };
}

function readBatch(env: Env, processor: "OTEL_BSP" | "OTEL_BLRP", complain: Complain): BatchSettings {
  const options = BATCH.map(([option, variable, fallback]) => [
    option,
    readCount(env, `${processor}_${variable}`, complain) ?? fallback,
  ]);
  return Object.fromEntries(options) as BatchSettings;
}

function readExporters<Exporter extends string>(
  env: Env,
  variable: string,
  exporters: readonly Exporter[],
  complain: Complain,
): (Exporter | "otlp")[] {
  const names = listOf(env, variable);
  if (names.length === 0) return ["otlp"];
  if (names.includes("none")) return [];
  for (const name of names) {
    if (!exporters.includes(name as Exporter))
      complain(
        `${variable} names the exporter "${name}", which is none of ${[...exporters, "none"].join(", ")}; it is left out`,
      );
  }
  return exporters.filter((name) => names.includes(name));
}

/** `OTEL_SDK_DISABLED`: only `true`, in any case, is true. */
export function isDisabled(env: Env): boolean {
  return textOf(env, "OTEL_SDK_DISABLED")?.toLowerCase() === "true";
}

/** `OTEL_CONFIG_FILE`: declarative configuration takes the place of everything above. */
export function configFile(env: Env): string | undefined {
  return textOf(env, "OTEL_CONFIG_FILE");
}

const SDK_MODES = ["auto", "join", "own", "off"] as const;
export type SdkMode = (typeof SDK_MODES)[number];

/** `OTEL_INSTRUMENTATION_MCP_SDK`: whether an OpenTelemetry SDK of ours is started. */
export function readSdkMode(env: Env, complain: Complain): SdkMode {
  const mode = readChoice(env, "OTEL_INSTRUMENTATION_MCP_SDK", SDK_MODES, complain);
  return (mode as SdkMode | undefined) ?? "auto";
}

/** `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and `OTEL_NODE_DISABLED_INSTRUMENTATIONS`, by the short names they use. */
export function isInstrumentationEnabled(env: Env, name: string): boolean {
  const enabled = listOf(env, "OTEL_NODE_ENABLED_INSTRUMENTATIONS");
  return (
    (enabled.length === 0 || enabled.includes(name)) &&
    !listOf(env, "OTEL_NODE_DISABLED_INSTRUMENTATIONS").includes(name)
  );
}
