/**
 * The part of a context that crosses between this process and its MCP peers. A peer may be hostile, and a server may
 * belong to another company: only the configured keys cross, and the whole is bounded, whichever propagator reads or
 * writes it.
 */
import { matches } from "./name-pattern.ts";

/** The settings for what crosses. */
export interface Crossing {
  readonly baggage: readonly string[];
  readonly metaKeys: readonly string[];
}

/**
 * The limit of the W3C Baggage specification, for one value and for all entries together. A longer value is dropped
 * unread: parsing a megabyte of baggage for every message is a denial of service, and no peer that follows the
 * specification sends one.
 * https://www.w3.org/TR/baggage/#limits
 */
export const MAX_BAGGAGE_LENGTH = 8192;
/** The limit on the number of entries, from the same specification. */
export const MAX_BAGGAGE_ENTRIES = 64;
/** https://www.w3.org/TR/trace-context/#tracestate-limits */
export const MAX_TRACE_STATE_LENGTH = 512;
/** The most that a propagator reads of one message: Jaeger's reads every key that begins with `uberctx-`. */
export const MAX_READ_LENGTH = MAX_BAGGAGE_LENGTH + 1024;

/** SEP-414, and the formats that OpenTelemetry specifies, which are used only where `OTEL_PROPAGATORS` names them. */
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

/** Whether an entry of baggage may cross, in either direction. */
export function mayCross(key: string, { baggage }: Crossing): boolean {
  return baggage.some((pattern) => matches(key, pattern));
}

/** The keys of baggage that an HTTP request brought, by what the propagators of OpenTelemetry read. */
export function keysBrought(headers: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const header = headers["baggage"];
  const inHeader = typeof header === "string" ? header.split(",").map(entryKey) : [];
  const inNames = Object.keys(headers)
    .filter((name) => name.startsWith(JAEGER_BAGGAGE))
    .map((name) => name.slice(JAEGER_BAGGAGE.length));
  return new Set([...inHeader, ...inNames]);
}

/** Whether a propagator that reads all keys is shown this one: an entry of baggage that may not come in costs nothing then. */
export function mayBeRead(key: string, crossing: Crossing): boolean {
  return !key.startsWith(JAEGER_BAGGAGE) || mayCross(key.slice(JAEGER_BAGGAGE.length), crossing);
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

/** Read from the text of the W3C header, since a vendor's propagator adds entries that are in no context. */
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
