import { describeSession } from "../../operation/session.ts";
import { SUCCESS, type Outcome } from "../../operation/outcome.ts";
import type { Hub } from "../hub.ts";
import { followTap } from "./close.ts";
import type { Tap } from "./tap-state.ts";

/**
 * A server whose name is not known from its object introduces itself by its answer to `initialize`, or by the `_meta` of any other
 * answer.
 */
function introduce({ connection }: Tap, hub: Hub): void {
  const { role, self, server } = connection;
  if (role !== "server" || self !== undefined || server === undefined) return;
  connection.self = server;
  hub.observer.offers(undefined, server);
}

/** A server's session begins with its answer to `initialize`. */
export function serverAnswered(tap: Tap, method: string, outcome: Outcome, hub: Hub): void {
  introduce(tap, hub);
  if (method === "initialize" && outcome === SUCCESS && tap.connection.role !== "client")
    open(tap, performance.now(), hub);
}

/** A client's session begins with its connection, once the first answer has shown that there is a server. */
export function clientAnswered(tap: Tap, outcome: Outcome, hub: Hub): void {
  if (outcome === SUCCESS && tap.connection.role === "client") open(tap, tap.since, hub);
}

function open(tap: Tap, since: number, hub: Hub): void {
  if (!tap.connected || tap.session !== undefined) return;
  const session = describeSession(tap.connection, since);
  if (session === undefined) return;
  tap.session = hub.observer.openSession(session);
  followTap(tap);
}
