import { readFileSync } from "node:fs";
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import type { Env, OtlpProtocol, SignalName, SignalSettings } from "../../settings/otel-settings.ts";
import { endpointOf, type Unsent } from "../delivery/reporting-exporter.ts";

/** One OTLP request, ready to be sent without OpenTelemetry. */
export interface OtlpRequest {
  readonly url: string;
  readonly grpc: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly tls: { readonly ca?: Uint8Array; readonly cert?: Uint8Array; readonly key?: Uint8Array };
}

interface Serializer {
  serializeRequest(items: never): Uint8Array | undefined;
}
interface SignalRow {
  /** A request holds one item: an export of all metrics. */
  readonly single?: true;
  readonly path: string;
  readonly service: string;
  readonly json: Serializer;
  readonly protobuf: Serializer;
}

const SIGNALS: Readonly<Record<SignalName, SignalRow>> = {
  METRICS: {
    single: true,
    path: "v1/metrics",
    service: "metrics.v1.MetricsService",
    json: JsonMetricsSerializer,
    protobuf: ProtobufMetricsSerializer,
  },
  TRACES: {
    path: "v1/traces",
    service: "trace.v1.TraceService",
    json: JsonTraceSerializer,
    protobuf: ProtobufTraceSerializer,
  },
  LOGS: {
    path: "v1/logs",
    service: "logs.v1.LogsService",
    json: JsonLogsSerializer,
    protobuf: ProtobufLogsSerializer,
  },
};

/**
 * What the exporter would have sent, and where to; the exporter itself can be asked for neither.
 * @returns `undefined` where there is nothing to send or no way to send it
 */
export function describeOtlpRequest(
  { signal, items }: Unsent,
  { protocol }: SignalSettings,
  env: NodeJS.ProcessEnv,
): OtlpRequest | undefined {
  const row = SIGNALS[signal];
  if (items.length === 0) return undefined;
  const { variable, value } = endpointOf(env, signal, protocol);
  const base =
    protocol === "grpc"
      ? grpcOrigin(value, env, signal)
      : variable === "OTEL_EXPORTER_OTLP_ENDPOINT"
        ? `${value.replace(/\/$/, "")}/${row.path}`
        : value;
  const serializer = protocol === "http/json" ? row.json : row.protobuf;
  const body = serializer.serializeRequest((row.single === true ? items[0] : items) as never);
  if (base === undefined || body === undefined) return undefined;
  return {
    url: protocol === "grpc" ? `${base}/opentelemetry.proto.collector.${row.service}/Export` : base,
    grpc: protocol === "grpc",
    headers: {
      ...headersOf(env["OTEL_EXPORTER_OTLP_HEADERS"]),
      ...headersOf(env[`OTEL_EXPORTER_OTLP_${signal}_HEADERS`]),
      "content-type": CONTENT_TYPES[protocol],
    },
    body,
    tls: {
      ...fileOf("ca", "CERTIFICATE", env, signal),
      ...fileOf("cert", "CLIENT_CERTIFICATE", env, signal),
      ...fileOf("key", "CLIENT_KEY", env, signal),
    },
  };
}

const CONTENT_TYPES: Readonly<Record<OtlpProtocol, string>> = {
  grpc: "application/grpc",
  "http/protobuf": "application/x-protobuf",
  "http/json": "application/json",
};

/** Without a scheme, an endpoint uses TLS unless a variable says otherwise. `undefined` for what is neither, such as a socket file. */
function grpcOrigin(endpoint: string, env: Env, signal: SignalName): string | undefined {
  const insecure = env[`OTEL_EXPORTER_OTLP_${signal}_INSECURE`] ?? env["OTEL_EXPORTER_OTLP_INSECURE"];
  const scheme = insecure?.trim().toLowerCase() === "true" ? "http" : "https";
  const url = /^\w+:\/\//.test(endpoint) ? endpoint : `${scheme}://${endpoint}`;
  return /^https?:/.test(url) ? new URL(url).origin : undefined;
}

/** `key=value,key=value`, percent-encoded as in W3C Baggage. */
function headersOf(list: string | undefined): Record<string, string> {
  const pairs = (list ?? "").split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim().toLowerCase(), decoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign
  }
}

function fileOf(
  name: keyof OtlpRequest["tls"],
  variable: string,
  env: Env,
  signal: SignalName,
): OtlpRequest["tls"] {
  const own = env[`OTEL_EXPORTER_OTLP_${signal}_${variable}`]?.trim();
  const file = own || env[`OTEL_EXPORTER_OTLP_${variable}`]?.trim();
  return file ? { [name]: readFileSync(file) } : {};
}
