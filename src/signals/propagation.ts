import {
  context,
  createTraceState,
  defaultTextMapSetter,
  propagation,
  trace,
  type Baggage,
  type BaggageEntry,
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
} from "@opentelemetry/api";
import type { McpConfig } from "../settings/config.ts";
import type { Carrier } from "../operation/observer.ts";
import type { Operation } from "../operation/operation.ts";
import {
  MAX_BAGGAGE_ENTRIES,
  MAX_BAGGAGE_LENGTH,
  MAX_READ_LENGTH,
  MAX_TRACE_STATE_LENGTH,
  mayCross,
  outgoingKeys,
} from "../privacy/crossing.ts";
import * as semconv from "../semconv.ts";

/** Who is believed, what crosses, and how it is written. */
export interface Trust extends Pick<McpConfig, "trust" | "baggage" | "metaKeys"> {
  /** Where it is not the one that is registered. */
  readonly propagator?: Pick<TextMapPropagator, "inject" | "extract"> | undefined;
}

/** The context in which a received message is handled. */
export interface Received {
  readonly parent: Context;
  /** The context that the message names, where it is linked and not followed. */
  readonly offered?: SpanContext;
}

/** What a message brings along, as far as it is believed: docs/decisions/0015-who-is-believed.md. */
export function receive(
  operation: Operation,
  carrier: Carrier,
  trust: Trust,
  ambient: Context = context.active(),
): Received {
  if (trust.trust === "parent") return { parent: extract(carrier, trust, ambient) };
  const around = trace.getSpan(ambient);
  // Over HTTP the server span around the message follows a header of the same peer's.
  const begins = around === undefined || operation.attributes[semconv.ATTR_NETWORK_TRANSPORT] === "tcp";
  const rooted = (from: Context): Context => (begins ? trace.deleteSpan(from) : trace.setSpan(from, around));
  if (trust.trust === "none") return { parent: rooted(ambient) };
  const read = extract(carrier, trust, ambient);
  const offered = trace.getSpanContext(read);
  const isOffered = offered !== undefined && offered !== trace.getSpanContext(ambient);
  return { parent: rooted(read), ...(isOffered && { offered }) };
}

/** The context a message brought along, on top of the ambient one: what the message does not say stays ambient. */
export function extract(carrier: Carrier, trust: Trust, ambient: Context = context.active()): Context {
  const read = (trust.propagator ?? propagation).extract(ambient, carrier, boundedGetter(trust));
  return withBaggage(withTraceState(read, ambient), ambient, trust);
}

/**
 * Reads a message's `_meta` until its share is used up. What could not be kept is not handed out: propagators parse all that they
 * get, and a peer that sends eight kilobytes with every message would choose how long that takes.
 */
function boundedGetter({ baggage }: Trust): TextMapGetter<Carrier> {
  const longest: Readonly<Record<string, number>> = {
    tracestate: MAX_TRACE_STATE_LENGTH,
    baggage: baggage.length === 0 ? 0 : MAX_BAGGAGE_LENGTH,
  };
  let room = MAX_READ_LENGTH;
  return {
    keys: (carrier) => Object.keys(carrier),
    get(carrier, key) {
      const value = Object.hasOwn(carrier, key) ? carrier[key] : undefined;
      if (typeof value !== "string" || value.length > (longest[key] ?? MAX_BAGGAGE_LENGTH)) return undefined;
      room -= key.length + value.length;
      return room < 0 ? undefined : value;
    },
  };
}

/** OpenTelemetry's own propagator bounds it; another one's state travels on as it came. */
function withTraceState(read: Context, ambient: Context): Context {
  const span = trace.getSpanContext(read);
  if (span?.traceState === undefined || span === trace.getSpanContext(ambient)) return read;
  return span.traceState.serialize().length <= MAX_TRACE_STATE_LENGTH
    ? read
    : trace.setSpanContext(read, { ...span, traceState: createTraceState() });
}

/** The ambient baggage, and of the message's what may cross. */
function withBaggage(read: Context, ambient: Context, trust: Trust): Context {
  const around = propagation.getBaggage(ambient);
  const brought = propagation.getBaggage(read);
  if (brought === around) return read;
  const entries = new Map<string, BaggageEntry>(around?.getAllEntries());
  let room = MAX_BAGGAGE_LENGTH;
  let count = 0;
  for (const [key, entry] of brought?.getAllEntries() ?? []) {
    if (isSame(around?.getEntry(key), entry) || !mayCross(key, trust)) continue;
    room -= key.length + entry.value.length + (entry.metadata?.toString().length ?? 0);
    if (room < 0 || ++count > MAX_BAGGAGE_ENTRIES) break;
    entries.set(key, entry);
  }
  if (count === 0)
    return around === undefined ? propagation.deleteBaggage(read) : propagation.setBaggage(read, around);
  return propagation.setBaggage(read, baggageOf(entries));
}

function isSame(one: BaggageEntry | undefined, other: BaggageEntry): boolean {
  return one !== undefined && one.value === other.value;
}

function baggageOf(entries: ReadonlyMap<string, BaggageEntry>): Baggage {
  return propagation.createBaggage(Object.fromEntries(entries));
}

/** What to write into `params._meta` so that the other side continues this context. */
export function inject(from: Context, trust: Trust): Carrier {
  const carrier: Record<string, unknown> = {};
  (trust.propagator ?? propagation).inject(from, carrier, defaultTextMapSetter);
  return outgoingKeys(carrier, trust);
}

/**
 * The context in which a message is sent, with the baggage that may go to its receiver: what instruments the HTTP request under it
 * writes the context's baggage into a header.
 */
export function departing(from: Context, trust: Trust): Context {
  const baggage = propagation.getBaggage(from);
  if (baggage === undefined) return from;
  const entries = baggage.getAllEntries().filter(([key]) => mayCross(key, trust));
  return entries.length === 0
    ? propagation.deleteBaggage(from)
    : propagation.setBaggage(from, baggageOf(new Map(entries)));
}
