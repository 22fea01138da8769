import type { SpanProcessor, SpanExporter, ReadableSpan } from "@opentelemetry/sdk-trace";
import type { OtlpProtocol, RuntimeSettings } from "./env.ts";
import { firstLine, loadOfSdk } from "./packages.ts";
import type { Say } from "./stderr.ts";

/** How spans leave the process. */
export interface Delivery {
  readonly processors: SpanProcessor[];
  /** Whether the latest delivery to any of the destinations failed. */
  failing(): boolean;
  /** Tells that the process ends with spans on their way, unless failures have been told before. */
  giveUp(): void;
}

/** Where spans go, each destination with how it is fed: OTLP in batches, the console at once. */
export function createDelivery(settings: RuntimeSettings, say: Say): Delivery {
  const { BatchSpanProcessor, SimpleSpanProcessor } = loadOfSdk("@opentelemetry/sdk-trace");
  const exporters: ToldExporter[] = [];
  const processors = settings.tracesExporters.map((name) => {
    if (name === "console") return new SimpleSpanProcessor({ exporter: createStderrSpanExporter() });
    const told = createOtlpSpanExporter(settings, say);
    exporters.push(told);
    return new BatchSpanProcessor({ exporter: told.exporter, ...withoutUndefined(settings.batch) });
  });
  return {
    processors,
    failing: () => exporters.some((told) => told.failing()),
    giveUp: () => exporters.forEach((told) => told.giveUp()),
  };
}

const OTLP_PACKAGES = {
  grpc: "@opentelemetry/exporter-trace-otlp-grpc",
  "http/protobuf": "@opentelemetry/exporter-trace-otlp-proto",
  "http/json": "@opentelemetry/exporter-trace-otlp-http",
} as const satisfies Record<OtlpProtocol, string>;

/** Endpoint, headers, certificates and compression are read from the environment by the exporter itself. */
function createOtlpSpanExporter({ tracesProtocol, exportTimeoutMs }: RuntimeSettings, say: Say): ToldExporter {
  const { variable, value } = endpointOf(process.env, tracesProtocol);
  // The exporters disagree on what to do about these, and neither names the variable.
  if (!isEndpoint(value, tracesProtocol)) throw new Error(`${variable}=${value} is not ${tracesProtocol === "grpc" ? "a" : "an http:// or https://"} URL`);
  const { OTLPTraceExporter } = loadOfSdk(OTLP_PACKAGES[tracesProtocol]);
  const exporter: SpanExporter = new OTLPTraceExporter(exportTimeoutMs === undefined ? {} : { timeoutMillis: exportTimeoutMs });
  return tellingOnce(exporter, describeEndpoint(process.env, tracesProtocol), say);
}

/** What a person has to look at when nothing arrives. */
export function describeEndpoint(env: NodeJS.ProcessEnv, protocol: OtlpProtocol): string {
  const { variable, value } = endpointOf(env, protocol);
  return `${withoutSecrets(value)} (${variable}, ${protocol})`;
}

function endpointOf(env: NodeJS.ProcessEnv, protocol: OtlpProtocol): { readonly variable: string; readonly value: string } {
  const own = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]?.trim();
  if (own) return { variable: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value: own };
  const fallback = protocol === "grpc" ? "http://localhost:4317" : "http://localhost:4318";
  return { variable: "OTEL_EXPORTER_OTLP_ENDPOINT", value: env["OTEL_EXPORTER_OTLP_ENDPOINT"]?.trim() || fallback };
}

/** gRPC also takes `host:port`. */
function isEndpoint(value: string, protocol: OtlpProtocol): boolean {
  return protocol === "grpc" ? URL.canParse(/^\w+:\/\//.test(value) ? value : `https://${value}`) : /^https?:\/\//i.test(value) && URL.canParse(value);
}

/** Vendors put keys into the user part and the query. */
function withoutSecrets(endpoint: string): string {
  if (!/[@?]/.test(endpoint) || !URL.canParse(endpoint)) return endpoint;
  const { protocol, host, pathname } = new URL(endpoint);
  return `${protocol}//${host}${pathname}`;
}

interface ToldExporter {
  readonly exporter: SpanExporter;
  failing(): boolean;
  giveUp(): void;
}

/**
 * Tells of the first failed delivery in one line, then keeps quiet until one succeeds. The failure ends here: the batch
 * processor would log it again with a stack of ten lines for every batch.
 */
function tellingOnce(exporter: SpanExporter, endpoint: string, say: Say): ToldExporter {
  let told = false;
  let lost = 0;
  const observed: SpanExporter = {
    export(spans, done) {
      exporter.export(spans, ({ code, error }) => {
        if (code === 0) {
          if (lost > 0) say(`spans are delivered again; ${lost} were lost`);
          told = false;
          lost = 0;
        } else {
          lost += spans.length;
          if (!told) say(`cannot deliver spans to ${endpoint}: ${describeError(error)}`);
          told = true;
        }
        done({ code: 0 });
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
  return {
    exporter: observed,
    failing: () => told,
    giveUp() {
      if (!told) say(`the last spans did not reach ${endpoint} before the process ended`);
      told = true;
    },
  };
}

/** `ECONNREFUSED` hides in a list of one error per address, or in a cause. */
function describeError(error: unknown): string {
  const { code, errors, cause } = (error ?? {}) as { code?: unknown; errors?: unknown[]; cause?: unknown };
  const inner = errors?.[0] ?? cause;
  const line = firstLine(error) || (inner === undefined ? "" : firstLine(inner));
  return line || (typeof code === "string" ? code : "no reason given");
}

/** The `console` exporter: one JSON object a line, on stderr. OpenTelemetry's own writes to stdout. */
function createStderrSpanExporter(): SpanExporter {
  return {
    export(spans, done) {
      for (const span of spans) process.stderr.write(`${JSON.stringify(describeSpan(span))}\n`);
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
}

function describeSpan(span: ReadableSpan): Record<string, unknown> {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"][span.kind],
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    startTime: new Date(span.startTime[0] * 1000 + span.startTime[1] / 1e6).toISOString(),
    durationMs: span.duration[0] * 1000 + span.duration[1] / 1e6,
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, attributes }) => ({ name, attributes })),
    links: span.links.map((link) => ({ traceId: link.context.traceId, spanId: link.context.spanId })),
  };
}

function withoutUndefined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
