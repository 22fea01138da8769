import { toHex, toRecord, toValue, type AnyValue, type Id, type KeyValue } from "./otlp-values.ts";
import type { SeenLog } from "./seen-log.ts";
import { serviceName } from "./seen-span.ts";

/** An ExportLogsServiceRequest, as OTLP/JSON has it (ids in hex) or as `decodeLogsRequest` gives it (ids as bytes). */
export interface LogsExport {
  resourceLogs?: {
    resource?: { attributes?: KeyValue[] };
    scopeLogs?: { scope?: { name?: string }; logRecords?: WireLogRecord[] }[];
  }[];
}

interface WireLogRecord {
  timeUnixNano?: string | number;
  severityNumber?: number;
  severityText?: string;
  eventName?: string;
  body?: AnyValue;
  attributes?: KeyValue[];
  traceId?: Id;
  spanId?: Id;
}

export function logsFromExport(request: LogsExport): SeenLog[] {
  return (request.resourceLogs ?? []).flatMap(({ resource, scopeLogs }) => {
    const attributes = toRecord(resource?.attributes);
    return (scopeLogs ?? []).flatMap(({ scope, logRecords }) =>
      (logRecords ?? []).map((record) => toSeenLog(record, scope?.name ?? "", attributes)),
    );
  });
}

function toSeenLog(record: WireLogRecord, scope: string, resource: Record<string, unknown>): SeenLog {
  const traceId = toHex(record.traceId ?? "");
  return {
    ...(record.eventName ? { eventName: record.eventName } : {}),
    body: toValue(record.body),
    severityText: record.severityText ?? "",
    severityNumber: record.severityNumber ?? 0,
    attributes: toRecord(record.attributes),
    ...(traceId && { traceId, spanId: toHex(record.spanId ?? "") }),
    service: serviceName(resource),
    scope,
    resource,
    timeNs: BigInt(record.timeUnixNano ?? 0),
  };
}
