import { describeSession } from "../../operation/session.ts";
import { SUCCESS, type Outcome } from "../../operation/outcome.ts";
import type { Hub } from "../hub.ts";
import { followTap } from "./close.ts";
import type { Tap } from "./tap-state.ts";

/** A server's session begins with the answer it gives to `initialize`. */
export function serverAnswered(tap: Tap, method: string, outcome: Outcome, hub: Hub): void {
  if (method === "initialize" && outcome === SUCCESS && tap.connection.role !== "client")
    open(tap, performance.now(), hub);
}

/** A client's session is as old as its connection, once the first answer has shown that there is a server. */
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
