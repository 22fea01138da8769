/** The `console` exporters: one JSON object a line, on stderr. OpenTelemetry's own write to stdout. */
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { writeToStderr } from "../../output/say.ts";

/** Prints what an exporter is given, a line for each item. */
export function createConsoleExporter<Batch>(linesOf: (batch: Batch) => readonly string[]) {
  return {
    export(batch: Batch, done: (result: { code: number; error?: Error }) => void): void {
      let result: { code: number; error?: Error } = { code: 0 };
      try {
        for (const line of linesOf(batch)) writeToStderr(`${line}\n`);
      } catch (error) {
        // A processor waits for an answer, and holds the process meanwhile.
        result = { code: 1, error: error as Error };
      }
      done(result);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

export function spanLines(spans: readonly ReadableSpan[]): string[] {
  return spans.map((span) => {
    const { traceId, spanId } = span.spanContext();
    return JSON.stringify({
      name: span.name,
      kind: ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"][span.kind],
      traceId,
      spanId,
      parentSpanId: span.parentSpanContext?.spanId,
      startTime: isoTime(span.startTime),
      durationMs: span.duration[0] * 1000 + span.duration[1] / 1e6,
      status: span.status,
      attributes: span.attributes,
      events: span.events.map(({ name, attributes }) => ({ name, attributes })),
      links: span.links.map((link) => ({ traceId: link.context.traceId, spanId: link.context.spanId })),
    });
  });
}

export function metricLines({ scopeMetrics }: ResourceMetrics): string[] {
  return scopeMetrics.flatMap(({ metrics }) =>
    metrics.map(({ descriptor, dataPoints }) => {
      const points = dataPoints.map(({ attributes, value }) => ({ attributes, value }));
      return JSON.stringify({ metric: descriptor.name, unit: descriptor.unit, points });
    }),
  );
}

export function logLines(records: readonly ReadableLogRecord[]): string[] {
  return records.map((record) => {
    const described = {
      log: record.instrumentationScope.name,
      time: isoTime(record.hrTime),
      severityText: record.severityText,
      severityNumber: record.severityNumber,
      eventName: record.eventName,
      body: record.body,
      traceId: record.spanContext?.traceId,
      spanId: record.spanContext?.spanId,
      attributes: record.attributes,
    };
    try {
      // The SDK takes any body; JSON does not.
      return JSON.stringify(described, (_key, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
    } catch {
      return JSON.stringify({ ...described, body: "[not JSON]", attributes: {} }); // cyclic, or with a getter that throws
    }
  });
}

function isoTime([seconds, nanoseconds]: readonly [number, number]): string {
  return new Date(seconds * 1000 + nanoseconds / 1e6).toISOString();
}
