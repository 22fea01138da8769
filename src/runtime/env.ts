/**
 * The environment, read once when the SDK starts. Standard variables mean what the OpenTelemetry specification says;
 * those that only OpenTelemetry's own packages read (endpoints, headers, certificates, sampler, propagators, resource,
 * limits) are left to them and not listed here.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */

export type Env = Readonly<Record<string, string | undefined>>;

export type OtlpProtocol = "grpc" | "http/protobuf" | "http/json";

export interface RuntimeSettings {
  /** `OTEL_TRACES_EXPORTER`, a list; `otlp` where unset. Empty means none. */
  readonly tracesExporters: readonly ("otlp" | "console")[];
  /** `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, else `OTEL_EXPORTER_OTLP_PROTOCOL`, else `http/protobuf`. */
  readonly tracesProtocol: OtlpProtocol;
  /** Milliseconds an export may take with its retries, where the user set no `OTEL_EXPORTER_OTLP_*TIMEOUT`. */
  readonly exportTimeoutMs: number | undefined;
  /** `OTEL_BSP_*`, in milliseconds and spans. */
  readonly batch: Readonly<Record<BatchOption, number | undefined>>;
}

type BatchOption = "maxQueueSize" | "maxExportBatchSize" | "scheduledDelayMillis" | "exportTimeoutMillis";

/**
 * Shorter than the specification's 5 s: a process that ends by `process.exit()` loses what is queued, so at most one
 * second of telemetry is at stake.
 */
const SCHEDULE_DELAY_MS = 1000;

/**
 * Shorter than the specification's 10 s: an export that is under way, retries included, keeps the process alive that long
 * after its end, and MCP hosts kill a server 2 s after closing its input.
 */
const EXPORT_TIMEOUT_MS = 1500;

const BATCH: readonly (readonly [option: BatchOption, variable: string, fallback?: number])[] = [
  ["maxQueueSize", "OTEL_BSP_MAX_QUEUE_SIZE"],
  ["maxExportBatchSize", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"],
  ["scheduledDelayMillis", "OTEL_BSP_SCHEDULE_DELAY", SCHEDULE_DELAY_MS],
  ["exportTimeoutMillis", "OTEL_BSP_EXPORT_TIMEOUT"],
];

const EXPORTERS = ["otlp", "console", "none"];
const PROTOCOLS: readonly OtlpProtocol[] = ["grpc", "http/protobuf", "http/json"];

/** @param complain hears of each value that cannot be used, in a sentence that names the variable */
export function readSettings(env: Env, complain: (problem: string) => void): RuntimeSettings {
  const protocolVariable = textOf(env, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") === undefined ? "OTEL_EXPORTER_OTLP_PROTOCOL" : "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
  const protocol = textOf(env, protocolVariable) ?? "http/protobuf";
  const knownProtocol = PROTOCOLS.find((candidate) => candidate === protocol);
  if (knownProtocol === undefined) complain(`${protocolVariable}=${protocol} is none of ${PROTOCOLS.join(", ")}; using http/protobuf`);

  const timeoutGiven = ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"].some((name) => textOf(env, name) !== undefined);
  return {
    tracesExporters: readExporters(env, complain),
    tracesProtocol: knownProtocol ?? "http/protobuf",
    exportTimeoutMs: timeoutGiven ? undefined : EXPORT_TIMEOUT_MS,
    batch: Object.fromEntries(
      BATCH.map(([option, variable, fallback]) => [option, readCount(env, variable, complain) ?? fallback]),
    ) as RuntimeSettings["batch"],
  };
}

function readExporters(env: Env, complain: (problem: string) => void): ("otlp" | "console")[] {
  const names = listOf(env, "OTEL_TRACES_EXPORTER");
  if (names.length === 0) return ["otlp"];
  if (names.includes("none")) return [];
  for (const name of names) {
    if (!EXPORTERS.includes(name)) complain(`OTEL_TRACES_EXPORTER names the exporter "${name}", which is none of ${EXPORTERS.join(", ")}; it is left out`);
  }
  return names.filter((name) => name === "otlp" || name === "console");
}

function readCount(env: Env, variable: string, complain: (problem: string) => void): number | undefined {
  const text = textOf(env, variable);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  complain(`${variable}=${text} is not a number of 0 or more; using the default`);
  return undefined;
}

/** Set and not empty. The specification has empty mean unset. */
function textOf(env: Env, variable: string): string | undefined {
  return env[variable]?.trim() || undefined;
}

function listOf(env: Env, variable: string): string[] {
  const names = (textOf(env, variable) ?? "").split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** `OTEL_SDK_DISABLED`: only `true`, in any case, is true. */
export function isDisabled(env: Env): boolean {
  return textOf(env, "OTEL_SDK_DISABLED")?.toLowerCase() === "true";
}

/** `OTEL_CONFIG_FILE`: declarative configuration takes the place of everything above. */
export function configFile(env: Env): string | undefined {
  return textOf(env, "OTEL_CONFIG_FILE");
}

/** `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and `OTEL_NODE_DISABLED_INSTRUMENTATIONS`, by the short names they use. */
export function isInstrumentationEnabled(env: Env, name: string): boolean {
  const enabled = listOf(env, "OTEL_NODE_ENABLED_INSTRUMENTATIONS");
  return (enabled.length === 0 || enabled.includes(name)) && !listOf(env, "OTEL_NODE_DISABLED_INSTRUMENTATIONS").includes(name);
}
