import protobuf from "protobufjs/light.js";

/**
 * The part of OTLP's protobuf that a reader of spans and log records needs, as protobufjs descriptor data. Unknown fields are
 * skipped by protobuf itself. Numbers: https://github.com/open-telemetry/opentelemetry-proto, trace/v1/trace.proto, logs/v1/logs.proto
 * and common/v1/common.proto.
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
    ExportLogsServiceRequest: message({ resourceLogs: ["ResourceLogs", 1, "repeated"] }),
    ResourceLogs: message({ resource: ["Resource", 1], scopeLogs: ["ScopeLogs", 2, "repeated"] }),
    ScopeLogs: message({ scope: ["Scope", 1], logRecords: ["LogRecord", 2, "repeated"] }),
    LogRecord: message({
      timeUnixNano: ["fixed64", 1],
      severityNumber: ["int32", 2],
      severityText: ["string", 3],
      body: ["AnyValue", 5],
      attributes: ["KeyValue", 6, "repeated"],
      traceId: ["bytes", 9],
      spanId: ["bytes", 10],
      observedTimeUnixNano: ["fixed64", 11],
      eventName: ["string", 12],
    }),
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

/** Protobuf bytes to the shape of OTLP/JSON, except that byte fields stay bytes; `spansFromExport` takes either. */
export const decodeTraceRequest = decoderOf("ExportTraceServiceRequest");

/** The same for `logsFromExport`. */
export const decodeLogsRequest = decoderOf("ExportLogsServiceRequest");

function decoderOf(name: string): (bytes: Uint8Array) => unknown {
  const type = root.lookupType(name);
  return (bytes) => type.toObject(type.decode(bytes), { longs: String, bytes: Buffer });
}

type Field = [type: string, id: number, rule?: "repeated"];

function message(fields: Record<string, Field>): protobuf.IType {
  const entries = Object.entries(fields).map(([name, [type, id, rule]]): [string, protobuf.IField] => [
    name,
    rule ? { type, id, rule } : { type, id },
  ]);
  return { fields: Object.fromEntries(entries) };
}
