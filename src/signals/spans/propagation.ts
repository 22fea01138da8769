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
import type { McpConfig } from "../../settings/config.ts";
import type { Carrier } from "../../operation/observer.ts";
import type { Operation } from "../../operation/operation.ts";
import {
  MAX_BAGGAGE_ENTRIES,
  MAX_BAGGAGE_LENGTH,
  MAX_READ_LENGTH,
  MAX_TRACE_STATE_LENGTH,
  keysBrought,
  mayBeRead,
  mayCross,
  outgoingKeys,
} from "../../privacy/crossing.ts";
import * as semconv from "../../semconv.ts";

/** The settings for trust, for what crosses, and the propagator. */
export interface Trust extends Pick<McpConfig, "trust" | "baggage" | "metaKeys"> {
  /** Used instead of the registered propagator. */
  readonly propagator?: Pick<TextMapPropagator, "inject" | "extract"> | undefined;
}

/** The context in which a received message is handled. */
export interface Received {
  readonly parent: Context;
  /** The context in the message, where it is linked and not followed. */
  readonly offered?: SpanContext;
}

/** Reads the context in a message, as far as it is trusted: docs/decisions/0015-who-is-believed.md. */
export function receive(
  operation: Operation,
  carrier: Carrier,
  trust: Trust,
  ambient: Context = context.active(),
): Received {
  if (trust.trust === "parent") return { parent: extract(carrier, trust, ambient) };
  const around = trace.getSpan(ambient);
  // Over HTTP the server span around the message follows a header from the same peer.
  const begins = around === undefined || operation.attributes[semconv.ATTR_NETWORK_TRANSPORT] === "tcp";
  const rooted = (from: Context): Context => (begins ? trace.deleteSpan(from) : trace.setSpan(from, around));
  if (trust.trust === "none") return { parent: rooted(ambient) };
  const read = extract(carrier, trust, ambient);
  const offered = trace.getSpanContext(read);
  const isOffered = offered !== undefined && offered !== trace.getSpanContext(ambient);
  return { parent: rooted(read), ...(isOffered && { offered }) };
}

/** The context of a message, on top of the ambient one: fields that the message lacks stay ambient. */
export function extract(carrier: Carrier, trust: Trust, ambient: Context = context.active()): Context {
  const read = (trust.propagator ?? propagation).extract(ambient, carrier, boundedGetter(trust));
  return withBaggage(withTraceState(read, ambient), ambient, trust);
}

/**
 * Reads a message's `_meta` up to a limit. Propagators get only what is within it: they parse all that they get, and
 * a peer that sends eight kilobytes with every message would otherwise choose how long that takes.
 */
function boundedGetter(trust: Trust): TextMapGetter<Carrier> {
  const longest: Readonly<Record<string, number>> = {
    tracestate: MAX_TRACE_STATE_LENGTH,
    baggage: trust.baggage.length === 0 ? 0 : MAX_BAGGAGE_LENGTH,
  };
  let room = MAX_READ_LENGTH;
  return {
    keys: (carrier) =>
      Object.keys(carrier)
        .filter((key) => mayBeRead(key, trust))
        .slice(0, MAX_BAGGAGE_ENTRIES),
    get(carrier, key) {
      const value = Object.hasOwn(carrier, key) ? carrier[key] : undefined;
      if (typeof value !== "string" || value.length > (longest[key] ?? MAX_BAGGAGE_LENGTH)) return undefined;
      room -= key.length + value.length;
      return room < 0 ? undefined : value;
    },
  };
}

/** OpenTelemetry's own propagator limits it; other propagators pass a state on unchanged. */
function withTraceState(read: Context, ambient: Context): Context {
  const span = trace.getSpanContext(read);
  if (span?.traceState === undefined || span === trace.getSpanContext(ambient)) return read;
  return span.traceState.serialize().length <= MAX_TRACE_STATE_LENGTH
    ? read
    : trace.setSpanContext(read, { ...span, traceState: createTraceState() });
}

/** The ambient baggage, and the message's entries that may cross. */
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

/**
 * The context of an HTTP request that brings a message, without the baggage that its client sent in headers and that may not cross.
 * The HTTP instrumentation takes all of it, and hands it on to every service that a tool calls.
 */
export function withoutBrought(ambient: Context, headers: () => Carrier, trust: Trust): Context {
  const baggage = propagation.getBaggage(ambient);
  if (baggage === undefined) return ambient;
  const brought = keysBrought(headers());
  const entries = baggage.getAllEntries();
  const kept = entries.filter(([key]) => !brought.has(key) || mayCross(key, trust));
  if (kept.length === entries.length) return ambient;
  return kept.length === 0
    ? propagation.deleteBaggage(ambient)
    : propagation.setBaggage(ambient, baggageOf(new Map(kept)));
}

/** The fields for `params._meta` that let the other side continue this context. */
export function inject(from: Context, trust: Trust): Carrier {
  const carrier: Record<string, unknown> = {};
  (trust.propagator ?? propagation).inject(from, carrier, defaultTextMapSetter);
  return outgoingKeys(carrier, trust);
}

/**
 * The context in which a message is sent, with the baggage that its receiver may get: an instrumentation of the HTTP
 * request writes the context's baggage into a header.
 */
export function departing(from: Context, trust: Trust): Context {
  const baggage = propagation.getBaggage(from);
  if (baggage === undefined) return from;
  const entries = baggage.getAllEntries().filter(([key]) => mayCross(key, trust));
  return entries.length === 0
    ? propagation.deleteBaggage(from)
    : propagation.setBaggage(from, baggageOf(new Map(entries)));
}
