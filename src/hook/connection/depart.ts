import { isObject, type JsonObject } from "../../operation/message.ts";
import { safely, surround } from "../../output/safely.ts";
import type { Hub } from "../hub.ts";
import { withMeta } from "./inject-meta.ts";
import { describeDeparture, type Departure } from "./outbound.ts";
import { passOn } from "./pass-on.ts";
import { isBatch, readable } from "./readable.ts";
import { departed, type Tap } from "./tap-state.ts";

/** Handles a message that is passed to the transport. `send` passes it on, and its result goes to the caller. */
export function depart(tap: Tap, message: unknown, hub: Hub, send: (message: unknown) => unknown): unknown {
  const { outgoing, around, settled } =
    Array.isArray(message) && safely("depart", () => isBatch(message)) === true
      ? prepareBatch(tap, message, hub)
      : prepare(tap, message, hub);
  try {
    const result = surround("send", around, () => send(outgoing));
    return settled === undefined ? result : passOn(result, settled);
  } catch (error) {
    if (settled !== undefined) safely("send", () => settled({ error }));
    throw error;
  }
}

const passThrough = <T>(send: () => T): T => send();

type Read = { readonly [K in keyof Departure]?: Departure[K] | undefined };

/** What is sent in place of a message, and how. */
interface Prepared {
  readonly outgoing: unknown;
  readonly around: NonNullable<Departure["around"]>;
  readonly settled: Departure["settled"] | undefined;
}

function prepare(tap: Tap, message: unknown, hub: Hub): Prepared {
  // Read here, inside `safely`: if the reading throws, the message is still sent.
  const departure = safely("depart", () => {
    const { carrier, around, settled } = observe(tap, message, hub) ?? {};
    return { carrier, around, settled };
  });
  const { carrier, around = passThrough, settled }: Read = departure ?? {};
  const outgoing =
    carrier === undefined ? message : (safely("inject", () => withMeta(message, carrier)) ?? message);
  if (departure !== undefined && typeof outgoing === "object" && outgoing !== null)
    departed.set(outgoing, tap);
  return { outgoing, around, settled };
}

/** Each message of a batch by itself; the batch is sent in the contexts of all, the last one innermost. */
function prepareBatch(tap: Tap, batch: readonly unknown[], hub: Hub): Prepared {
  const all = batch.map((message) => prepare(tap, message, hub));
  return {
    outgoing: all.every(({ outgoing }, at) => outgoing === batch[at])
      ? batch
      : all.map(({ outgoing }) => outgoing),
    around: (send) =>
      all.reduceRight(
        (inner, { around }) =>
          () =>
            around(inner),
        send,
      )(),
    settled(failure) {
      for (const { settled } of all) safely("send", () => settled?.(failure));
    },
  };
}

function observe(tap: Tap, value: unknown, hub: Hub): Departure | undefined {
  const first = isObject(value) ? departed.get(value) : undefined;
  // What another transport with a protocol sends through this one: that transport wraps this one.
  if (first !== undefined && first !== tap && tap.bare && !first.bare && !first.shares) tap.edge = true;
  // Only at an edge: elsewhere the same object is another message, forwarded or sent to several peers.
  if (tap.edge && first !== undefined && !endsPending(tap, value as JsonObject)) return undefined;
  return describeDeparture(tap, readable(value), hub);
}

/** Whether this answers a request that arrived before the transport was known to be an edge. */
function endsPending(tap: Tap, { id, method }: JsonObject): boolean {
  return method === undefined && tap.inbound.find(id) !== undefined;
}
