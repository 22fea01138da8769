import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { serviceName } from "./seen-span.ts";

/** A log record as a test looks at it: the same plain data whether it came over OTLP or out of an in-memory exporter. */
export interface SeenLog {
  eventName?: string;
  body: unknown;
  severityText: string;
  /** 0 where none was given. */
  severityNumber: number;
  attributes: Record<string, unknown>;
  /** Of the span it belongs to, where there is one. */
  traceId?: string;
  spanId?: string;
  /** The resource's service.name. */
  service: string;
  /** The logger's name; mcp-otelkit's is "mcp-otelkit". */
  scope: string;
  resource: Record<string, unknown>;
  timeNs: bigint;
}

/** The used part of an SDK's log record: the same in the 2.x and the 3.x line of OpenTelemetry. */
export type MadeLogRecord = Pick<
  ReadableLogRecord,
  "eventName" | "body" | "severityText" | "severityNumber" | "attributes" | "spanContext" | "hrTime"
> & {
  readonly resource: { readonly attributes: object };
  readonly instrumentationScope: { readonly name: string };
};

export function fromReadableLogRecord(record: MadeLogRecord): SeenLog {
  const resource: Record<string, unknown> = { ...record.resource.attributes };
  const [seconds, nanoseconds] = record.hrTime;
  return {
    ...(record.eventName !== undefined && { eventName: record.eventName }),
    body: record.body,
    severityText: record.severityText ?? "",
    severityNumber: record.severityNumber ?? 0,
    attributes: { ...record.attributes },
    ...(record.spanContext && { traceId: record.spanContext.traceId, spanId: record.spanContext.spanId }),
    service: serviceName(resource),
    scope: record.instrumentationScope.name,
    resource,
    timeNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
  };
}
