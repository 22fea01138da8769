import type { SpanProcessor, SpanExporter, ReadableSpan } from "@opentelemetry/sdk-trace";
import type { TraceSettings } from "../../settings/otel-settings.ts";
import { OTLP_PACKAGES, otlpOptions, withoutUndefined } from "./otlp.ts";
import { loadOfSdk } from "../otel/packages.ts";
import { writeToStderr, type Say } from "../../output/diagnostics.ts";
import { allOf, describeEndpoint, tellingOnce, type Told } from "./reporting-exporter.ts";

/** How spans leave the process. */
export interface SpanDelivery extends Told {
  readonly processors: SpanProcessor[];
}

/** Where spans go, each destination with how it is fed: OTLP in batches, the console at once. */
export function createSpanDelivery(env: NodeJS.ProcessEnv, settings: TraceSettings, say: Say): SpanDelivery {
  const { BatchSpanProcessor, SimpleSpanProcessor } = loadOfSdk("@opentelemetry/sdk-trace");
  const told: Told[] = [];
  const processors = settings.exporters.map((name) => {
    if (name === "console") return new SimpleSpanProcessor({ exporter: createStderrSpanExporter() });
    const exporter = createOtlpSpanExporter(env, settings);
    const tale = tellingOnce(exporter, settings.signal, describeEndpoint(env, settings), say);
    told.push(tale);
    return tale.following(new BatchSpanProcessor({ exporter, ...withoutUndefined(settings.batch) }), "onEnd");
  });
  return { processors, ...allOf(told) };
}

function createOtlpSpanExporter(env: NodeJS.ProcessEnv, settings: TraceSettings): SpanExporter {
  const options = otlpOptions(env, settings);
  const { OTLPTraceExporter } = loadOfSdk(OTLP_PACKAGES.TRACES[settings.protocol]);
  return new OTLPTraceExporter(options);
}

/** The `console` exporter: one JSON object a line, on stderr. OpenTelemetry's own writes to stdout. */
function createStderrSpanExporter(): SpanExporter {
  return {
    export(spans, done) {
      for (const span of spans) writeToStderr(`${JSON.stringify(describeSpan(span))}\n`);
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
