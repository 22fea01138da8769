import { AsyncLocalStorage } from "node:async_hooks";
import type { Connection } from "../../operation/connection.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { ActiveSession } from "../../operation/session.ts";
import type { PendingRequest, PendingTable } from "../../operation/requests.ts";

/** What we keep beside one transport. */
export interface Tap {
  readonly connection: Connection;
  /** Requests the peer asked and this process has not answered. */
  readonly inbound: PendingTable;
  /** Requests this process asked and the peer has not answered. */
  readonly outbound: PendingTable;
  /**
   * Set on a transport that belongs to no protocol but to an entry in front of it (v2's `serveStdio`): most messages pass
   * through to an inner transport with a tap of its own, and only what the entry answers itself is counted here.
   */
  readonly edge: boolean;
  /** Subscriptions an edge has acknowledged: their cancellation ends at the edge as well. */
  readonly subscriptions: Set<unknown>;
  /** Answers that have been handed to the transport, which has not said yet whether it could send them. */
  readonly answering: Map<PendingRequest, Outcome>;
  /** Tool calls that have become tasks, by side and id: they are over when the task is. */
  readonly tasks: Map<string, PendingRequest>;
  /** True once a protocol has been connected over it; a probe has none and is no session. */
  connected: boolean;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly since: number;
  /** The session that the connection has become. */
  session?: ActiveSession;
  /** Ends the guard of a stdio server's stdout. */
  unguard?: (() => void) | undefined;
  /** The message being delivered: a chained handler must not count it twice. */
  delivering?: unknown;
}

/** Messages that an edge follows, so that the tap further in lets them pass, and the other way round. */
export const arrivedAtEdge = new WeakSet<object>();
export const departed = new WeakSet<object>();

/** The request whose handler is running, for patches deeper in the SDK. */
export const currentRequest = new AsyncLocalStorage<PendingRequest>();
