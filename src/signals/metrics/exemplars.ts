import { trace, TraceFlags, type Attributes, type Context } from "@opentelemetry/api";
import { INSTRUMENTS, type InstrumentName, type InstrumentRow } from "./instruments.ts";

/** A measurement that leads from a histogram's bucket to its trace. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly timestampSeconds: number;
}

export interface Exemplars {
  note(instrument: InstrumentName, value: number, attributes: Attributes, context: Context): void;
  /**
   * The latest exemplar of a bucket.
   * @param upperBound its bound, `Infinity` for the last
   */
  find(
    metricName: string,
    attributes: Readonly<Record<string, unknown>>,
    upperBound: number,
  ): Exemplar | undefined;
}

/** Far above the usual number of series times buckets; the limit bounds the memory. */
const MAX_EXEMPLARS = 20_000;

/**
 * The JavaScript SDK has no exemplars, so the latest one of each bucket is kept here, for the `/metrics` page. Only
 * of sampled spans: an exemplar must not lead to a trace that was not stored.
 */
export function createExemplars(): Exemplars {
  const latest = new Map<string, Exemplar>();
  const rows = new Map<string, InstrumentRow>(Object.values(INSTRUMENTS).map((row) => [row.name, row]));
  const keyOf = (row: InstrumentRow, attributes: Readonly<Record<string, unknown>>, bound: number): string =>
    [row.name, bound, ...row.attributes.map((name) => attributes[name])].join("\u0000");
  return {
    note(instrument, value, attributes, context) {
      const span = trace.getSpanContext(context);
      if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return;
      const row: InstrumentRow = INSTRUMENTS[instrument];
      const bound = row.buckets?.find((candidate) => value <= candidate) ?? Number.POSITIVE_INFINITY;
      const key = keyOf(row, attributes, bound);
      if (latest.size >= MAX_EXEMPLARS && !latest.has(key)) return;
      latest.set(key, {
        traceId: span.traceId,
        spanId: span.spanId,
        value,
        timestampSeconds: Date.now() / 1000,
      });
    },
    find(metricName, attributes, upperBound) {
      const row = rows.get(metricName);
      return row && latest.get(keyOf(row, attributes, upperBound));
    },
  };
}
