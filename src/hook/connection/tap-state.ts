import { AsyncLocalStorage } from "node:async_hooks";
import type { Connection } from "../../operation/connection.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { ActiveSession } from "../../operation/session.ts";
import type { PendingRequest, PendingTable } from "../../operation/requests.ts";

/** The state of one tapped transport. */
export interface Tap {
  readonly connection: Connection;
  /** Requests from the peer that this process has not answered. */
  readonly inbound: PendingTable;
  /** Requests from this process that the peer has not answered. */
  readonly outbound: PendingTable;
  /**
   * Set on a transport whose messages pass through to another transport that has its own tap: in front of the
   * protocol (v2's `serveStdio`), or inside a transport that wraps it. Only what an entry answers itself is counted
   * here.
   */
  edge: boolean;
  /** Started by hand, and no protocol has been connected over it: a relay's, or one that another transport wraps. */
  bare: boolean;
  /** In memory, where both sides of a connection share a message: the same object twice is two messages. */
  readonly shares: boolean;
  /** Set where answers are kept for a client that comes back for them. */
  readonly resumable: boolean;
  /** Subscriptions an edge has acknowledged: their cancellation ends at the edge as well. */
  readonly subscriptions: Set<unknown>;
  /** Answers that the transport is sending. */
  readonly answering: Map<PendingRequest, Outcome>;
  /** Tool calls that have become tasks, by side and id: they end with the task. */
  readonly tasks: Map<string, PendingRequest>;
  /** True once a protocol has been connected over it; a probe has no protocol and is not a session. */
  connected: boolean;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly since: number;
  /** The session of the connection. */
  session?: ActiveSession;
  /** Removes the guard of a stdio server's stdout. */
  unguard?: (() => void) | undefined;
  /** Set while the transport sends, and so may write. */
  sending: boolean;
  /** The message being delivered: a chained handler must not count it twice. */
  delivering?: unknown;
}

/** Messages that an edge or a bare transport follows: the inner tap ignores them, and the other way round. */
export const arrivedAt = new WeakMap<object, Tap>();
export const departed = new WeakMap<object, Tap>();

/** The answer that is being sent: transports that cannot send it tell `onerror`, and resolve as if they could. */
export const currentAnswer = new AsyncLocalStorage<{ failure?: { readonly error: unknown } }>();

/** The request whose handler is running, for patches deeper in the SDK. */
export const currentRequest = new AsyncLocalStorage<PendingRequest>();
