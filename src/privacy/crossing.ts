/**
 * What of a context crosses between this process and its MCP peers. A peer may be hostile, and a server another company's: the keys
 * are those that were asked for, and the whole is bounded, whichever propagator reads or writes it.
 */
import { matches } from "./name-pattern.ts";

/** The part of the settings that says what crosses. */
export interface Crossing {
  readonly baggage: readonly string[];
  readonly metaKeys: readonly string[];
}

/**
 * The limit of the W3C Baggage specification, for one value and for all entries together. A longer value is dropped unread: parsing
 * a megabyte of baggage for every message is a denial of service, and nothing that obeys the specification writes one.
 * https://www.w3.org/TR/baggage/#limits
 */
export const MAX_BAGGAGE_LENGTH = 8192;
/** The same specification's number of entries. */
export const MAX_BAGGAGE_ENTRIES = 64;
/** https://www.w3.org/TR/trace-context/#tracestate-limits */
export const MAX_TRACE_STATE_LENGTH = 512;
/** All that a propagator reads of one message: Jaeger's reads every key that begins with `uberctx-`. */
export const MAX_READ_LENGTH = MAX_BAGGAGE_LENGTH + 1024;

/** SEP-414, and the formats that OpenTelemetry specifies, which are there only where `OTEL_PROPAGATORS` names them. */
const META_KEYS: ReadonlySet<string> = new Set([
  "traceparent",
  "tracestate",
  "baggage",
  "b3",
  "x-b3-traceid",
  "x-b3-spanid",
  "x-b3-parentspanid",
  "x-b3-sampled",
  "x-b3-flags",
  "uber-trace-id",
]);
/** How Jaeger's propagator writes an entry of baggage. */
const JAEGER_BAGGAGE = "uberctx-";

/** Whether an entry of baggage may go out, or come in. */
export function mayCross(key: string, { baggage }: Crossing): boolean {
  return baggage.some((pattern) => matches(key, pattern));
}

/** What may be written into `_meta` of what a propagator has written. */
export function outgoingKeys(
  carrier: Readonly<Record<string, unknown>>,
  crossing: Crossing,
): Record<string, string> {
  const kept: Record<string, string> = {};
  let room = MAX_READ_LENGTH;
  for (const [key, value] of Object.entries(carrier)) {
    if (typeof value !== "string" || !mayBeWritten(key, crossing)) continue;
    const text = key === "baggage" ? outgoingBaggage(value, crossing) : value;
    room -= key.length + text.length;
    if (text !== "" && text.length <= MAX_BAGGAGE_LENGTH && room >= 0) kept[key] = text;
  }
  return kept;
}

function mayBeWritten(key: string, crossing: Crossing): boolean {
  if (META_KEYS.has(key.toLowerCase())) return true;
  if (key.startsWith(JAEGER_BAGGAGE)) return mayCross(key.slice(JAEGER_BAGGAGE.length), crossing);
  return crossing.metaKeys.some((pattern) => matches(key, pattern));
}

/** The W3C header's text, since a vendor's propagator adds entries that stand in no context. */
function outgoingBaggage(header: string, crossing: Crossing): string {
  return header
    .split(",")
    .filter((entry) => mayCross(entryKey(entry), crossing))
    .slice(0, MAX_BAGGAGE_ENTRIES)
    .join(",");
}

function entryKey(entry: string): string {
  const key = (/^[^=;]*/.exec(entry)?.[0] ?? "").trim();
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
