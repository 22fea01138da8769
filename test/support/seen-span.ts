import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** A span as a test or the demo looks at it: the same plain data whether it came over OTLP or out of an in-memory exporter. */
export interface SeenSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: SpanKindName;
  attributes: Record<string, unknown>;
  status: { code: StatusName; message?: string };
  events: { name: string; attributes: Record<string, unknown> }[];
  links: { traceId: string; spanId: string }[];
  /** The resource's service.name. */
  service: string;
  /** The instrumentation scope's name; mcp-otelkit's is "mcp-otelkit". */
  scope: string;
  resource: Record<string, unknown>;
  startNs: bigint;
  endNs: bigint;
}

export type SpanKindName = (typeof KIND_NAMES)[number];
export type StatusName = (typeof STATUS_NAMES)[number];

/** Indexed by the API's `SpanKind`. OTLP's numbers are one higher, because 0 means "unspecified" there. */
export const KIND_NAMES = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;

/** Indexed by the status code, which the API and OTLP number alike. */
export const STATUS_NAMES = ["UNSET", "OK", "ERROR"] as const;

/** The used part of a finished SDK span: the same in the 2.x and the 3.x line of OpenTelemetry. */
export type FinishedSpan = Pick<
  ReadableSpan,
  | "name"
  | "kind"
  | "spanContext"
  | "parentSpanContext"
  | "startTime"
  | "endTime"
  | "status"
  | "attributes"
  | "links"
  | "events"
> & {
  readonly resource: { readonly attributes: object };
  readonly instrumentationScope: { readonly name: string };
};

export function fromReadableSpan(span: FinishedSpan): SeenSpan {
  const resource: Record<string, unknown> = { ...span.resource.attributes };
  const { traceId, spanId } = span.spanContext();
  const parentSpanId = span.parentSpanContext?.spanId;
  return {
    traceId,
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    name: span.name,
    kind: KIND_NAMES[span.kind] ?? "INTERNAL",
    attributes: { ...span.attributes },
    status: seenStatus(span.status.code, span.status.message),
    events: span.events.map((event) => ({ name: event.name, attributes: { ...event.attributes } })),
    links: span.links.map((link) => ({ traceId: link.context.traceId, spanId: link.context.spanId })),
    service: serviceName(resource),
    scope: span.instrumentationScope.name,
    resource,
    startNs: fromHrTime(span.startTime),
    endNs: fromHrTime(span.endTime),
  };
}

export function seenStatus(code: number, message: string | undefined): SeenSpan["status"] {
  return { code: STATUS_NAMES[code] ?? "UNSET", ...(message ? { message } : {}) };
}

export function serviceName(resource: Record<string, unknown>): string {
  const name = resource["service.name"];
  return typeof name === "string" ? name : "";
}

function fromHrTime([seconds, nanoseconds]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}
