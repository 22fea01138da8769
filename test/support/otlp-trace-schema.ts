import protobuf from "protobufjs/light.js";

/**
 * The part of OTLP's trace protobuf that a reader of spans needs, as protobufjs descriptor data. Unknown fields are skipped by protobuf
 * itself. Numbers: https://github.com/open-telemetry/opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    ExportTraceServiceRequest: message({ resourceSpans: ["ResourceSpans", 1, "repeated"] }),
    ResourceSpans: message({ resource: ["Resource", 1], scopeSpans: ["ScopeSpans", 2, "repeated"] }),
    Resource: message({ attributes: ["KeyValue", 1, "repeated"] }),
    ScopeSpans: message({ scope: ["Scope", 1], spans: ["Span", 2, "repeated"] }),
    Scope: message({ name: ["string", 1], version: ["string", 2] }),
    Span: message({
      traceId: ["bytes", 1],
      spanId: ["bytes", 2],
      parentSpanId: ["bytes", 4],
      name: ["string", 5],
      kind: ["int32", 6],
      startTimeUnixNano: ["fixed64", 7],
      endTimeUnixNano: ["fixed64", 8],
      attributes: ["KeyValue", 9, "repeated"],
      events: ["Event", 11, "repeated"],
      links: ["Link", 13, "repeated"],
      status: ["Status", 15],
    }),
    Event: message({ name: ["string", 2], attributes: ["KeyValue", 3, "repeated"] }),
    Link: message({ traceId: ["bytes", 1], spanId: ["bytes", 2] }),
    Status: message({ message: ["string", 2], code: ["int32", 3] }),
    KeyValue: message({ key: ["string", 1], value: ["AnyValue", 2] }),
    AnyValue: message({
      stringValue: ["string", 1],
      boolValue: ["bool", 2],
      intValue: ["int64", 3],
      doubleValue: ["double", 4],
      arrayValue: ["ArrayValue", 5],
      kvlistValue: ["KeyValueList", 6],
      bytesValue: ["bytes", 7],
    }),
    ArrayValue: message({ values: ["AnyValue", 1, "repeated"] }),
    KeyValueList: message({ values: ["KeyValue", 1, "repeated"] }),
  },
});

const request = root.lookupType("ExportTraceServiceRequest");

/** Protobuf bytes to the shape of OTLP/JSON, except that byte fields stay bytes; `spansFromExport` takes either. */
export function decodeTraceRequest(bytes: Uint8Array): unknown {
  return request.toObject(request.decode(bytes), { longs: String, bytes: Buffer });
}

type Field = [type: string, id: number, rule?: "repeated"];

function message(fields: Record<string, Field>): protobuf.IType {
  const entries = Object.entries(fields).map(([name, [type, id, rule]]): [string, protobuf.IField] => [
    name,
    rule ? { type, id, rule } : { type, id },
  ]);
  return { fields: Object.fromEntries(entries) };
}
