import { toHex, toRecord, type Id, type KeyValue } from "./otlp-values.ts";
import { KIND_NAMES, seenStatus, serviceName, type SeenSpan } from "./seen-span.ts";

/** An ExportTraceServiceRequest, as OTLP/JSON has it (ids in hex) or as `decodeTraceRequest` gives it (ids as bytes). */
export interface TraceExport {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans?: { scope?: { name?: string }; spans?: WireSpan[] }[];
  }[];
}

interface WireSpan {
  traceId: Id;
  spanId: Id;
  parentSpanId?: Id;
  name?: string;
  kind?: number;
  startTimeUnixNano?: string | number;
  endTimeUnixNano?: string | number;
  attributes?: KeyValue[];
  events?: { name?: string; attributes?: KeyValue[] }[];
  links?: { traceId: Id; spanId: Id }[];
  status?: { code?: number; message?: string };
}

export function spansFromExport(request: TraceExport): SeenSpan[] {
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) => {
    const attributes = toRecord(resource?.attributes);
    return (scopeSpans ?? []).flatMap(({ scope, spans }) =>
      (spans ?? []).map((span) => toSeenSpan(span, scope?.name ?? "", attributes)),
    );
  });
}

function toSeenSpan(span: WireSpan, scope: string, resource: Record<string, unknown>): SeenSpan {
  const parentSpanId = toHex(span.parentSpanId ?? "");
  return {
    traceId: toHex(span.traceId),
    spanId: toHex(span.spanId),
    ...(parentSpanId ? { parentSpanId } : {}),
    name: span.name ?? "",
    kind: KIND_NAMES[(span.kind ?? 1) - 1] ?? "INTERNAL",
    attributes: toRecord(span.attributes),
    status: seenStatus(span.status?.code ?? 0, span.status?.message),
    events: (span.events ?? []).map((event) => ({
      name: event.name ?? "",
      attributes: toRecord(event.attributes),
    })),
    links: (span.links ?? []).map((link) => ({ traceId: toHex(link.traceId), spanId: toHex(link.spanId) })),
    service: serviceName(resource),
    scope,
    resource,
    startNs: BigInt(span.startTimeUnixNano ?? 0),
    endNs: BigInt(span.endTimeUnixNano ?? 0),
  };
}
