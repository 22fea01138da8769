import type { Peer, Role } from "./connection.ts";
import type { HttpExchange } from "./http-endpoint.ts";
import type { Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";
import type { ActiveSession, Session } from "./session.ts";

/** Trace context as it stands in `params._meta`: `traceparent`, `tracestate`, `baggage` and the like (SEP-414). */
export type Carrier = Readonly<Record<string, unknown>>;

/**
 * The port between those who see MCP messages (hook) and those who make telemetry of them (signals).
 * A hook calls `begin` once per request or notification; everything else happens on what it returns.
 */
export interface OperationObserver {
  /**
   * @param operation what is known when the message is seen
   * @param carrier the context the message brought along; empty for messages this process sends
   * @param params what the message says: content, of which only what the user wants is recorded
   * @param headers of the HTTP request that the message came with, where there was one
   */
  begin(operation: Operation, carrier: Carrier, params?: unknown, headers?: () => Carrier): ActiveOperation;
  /** A transport is being connected to a client or server, which introduces itself so. */
  connecting(role: Role | undefined, self: Peer | undefined): void;
  /** The transport has been connected: `connect` has succeeded. */
  connected(role: Role | undefined): void;
  /** A server of this process, which introduces itself so, offers a tool under this name: it registers or lists it. */
  offers(tool: string | undefined, self: Peer | undefined): void;
  /** A connection has become a session. */
  openSession(session: Session): ActiveSession;
  /** This process has answered an HTTP request, of whatever kind. */
  httpExchange(exchange: HttpExchange): void;
  /** Something that is not the protocol's was written to the stdout of a stdio server, at this place in the code. */
  strayOutput(place: string | undefined): void;
}

export interface ActiveOperation {
  /** What to put into `params._meta` of a message that belongs to this operation. Empty when there is nothing to say. */
  readonly carrier: Carrier;
  /** Runs `fn` inside the operation's context, so that whatever it starts becomes a child. */
  run<T>(fn: () => T): T;
  /**
   * Runs `fn`, which hands the message to the transport, inside the operation's context. What goes on in there after the end, a
   * stream that is read or opened again, is no part of it.
   */
  send<T>(fn: () => T): T;
  /** Something happened on the way, such as progress. Ignored after the end. */
  event(name: string, attributes: Readonly<Record<string, string | number>>): void;
  /** Ends the operation. Calls after the first do nothing. */
  end(outcome: Outcome): void;
}
