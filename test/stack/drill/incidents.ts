// What happens in each drill, a minute after it begins. Whoever takes part should not read this file first.
import type { Stack } from "../stack.ts";
import type { Shops } from "./shops.ts";

export interface Incident {
  readonly cause: string;
  begin(stack: Stack, shops: Shops): void | Promise<void>;
}

const SLOW_MS = 4000;

export const INCIDENTS: Readonly<Record<string, Incident>> = {
  1: {
    cause: "the tool pay fails on shop-in alone: the payment service refuses its API key with 401, expired",
    begin: (_, { payments, keyOf }) => payments.order(`refuse ${keyOf("shop-in")}`),
  },
  2: {
    cause:
      "the tool track_order is slow everywhere: the carrier takes 4 s for a parcel, and the tool asks for three, one after the other",
    begin: (_, { carrier }) => carrier.order(`slow ${SLOW_MS}`),
  },
  3: {
    cause:
      "Jaeger is down: the Collector's queue for it is full, new traces are lost, metrics and logs go on",
    begin: ({ jaeger }) => jaeger.stop(),
  },
};
