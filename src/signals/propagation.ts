import { context, propagation, type Context, type TextMapGetter } from "@opentelemetry/api";
import type { Carrier } from "../operation/observer.ts";

/**
 * The limit of the W3C Baggage specification. A longer value is dropped unread: parsing a megabyte of somebody's
 * baggage for every message is a denial of service, and nothing that obeys the specification writes one.
 * https://www.w3.org/TR/baggage/#limits
 */
const MAX_VALUE_LENGTH = 8192;

const getter: TextMapGetter<Carrier> = {
  keys: (carrier) => Object.keys(carrier),
  get(carrier, key) {
    const value = Object.hasOwn(carrier, key) ? carrier[key] : undefined;
    return typeof value === "string" && value.length <= MAX_VALUE_LENGTH ? value : undefined;
  },
};

/** The context a message brought along, on top of the ambient one: what the message does not say stays ambient. */
export function extract(carrier: Carrier, ambient: Context = context.active()): Context {
  return propagation.extract(ambient, carrier, getter);
}

/** What to write into `params._meta` so that the other side continues this context. */
export function inject(from: Context): Carrier {
  const carrier: Record<string, unknown> = {};
  propagation.inject(from, carrier);
  return carrier;
}
