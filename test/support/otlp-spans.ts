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

type Id = string | Uint8Array;

interface KeyValue {
  key: string;
  value?: AnyValue;
}

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
  bytesValue?: Id;
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

function toHex(id: Id): string {
  return typeof id === "string" ? id : Buffer.from(id).toString("hex");
}

function toRecord(pairs: KeyValue[] | undefined): Record<string, unknown> {
  return Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, toValue(value)]));
}

function toValue(value: AnyValue | undefined): unknown {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(toValue);
  if (value?.kvlistValue) return toRecord(value.kvlistValue.values);
  if (value?.intValue !== undefined) return Number(value.intValue);
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue ?? value?.bytesValue;
}
