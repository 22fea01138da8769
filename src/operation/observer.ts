import type { Peer, Role } from "./connection.ts";
import type { HttpExchange } from "./http-endpoint.ts";
import type { Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";
import type { ActiveSession, Session } from "./session.ts";

/** Trace context in the form of `params._meta`: `traceparent`, `tracestate`, `baggage` and the like (SEP-414). */
export type Carrier = Readonly<Record<string, unknown>>;

/**
 * The port between the hook, which sees MCP messages, and the signals, which make telemetry of them. A hook calls
 * `begin` once per request or notification; everything else happens on the returned operation.
 */
export interface OperationObserver {
  /**
   * @param operation what is known when the message is seen
   * @param carrier the context in the message; empty for messages this process sends
   * @param params of the message: content, which is recorded only as far as the user allows
   * @param headers of the HTTP request that carried the message, where there was one
   */
  begin(operation: Operation, carrier: Carrier, params?: unknown, headers?: () => Carrier): ActiveOperation;
  /** A transport is being connected to a client or server of this name and version. */
  connecting(role: Role | undefined, self: Peer | undefined): void;
  /** The transport has been connected: `connect` has succeeded. */
  connected(role: Role | undefined): void;
  /** A server of this name and version, in this process, registers or lists a tool. */
  offers(tool: string | undefined, self: Peer | undefined): void;
  /** A connection has become a session. */
  openSession(session: Session): ActiveSession;
  /** This process has answered an HTTP request of any kind. */
  httpExchange(exchange: HttpExchange): void;
  /** A write outside the protocol went to the stdout of a stdio server, from this place in the code. */
  strayOutput(place: string | undefined): void;
}

export interface ActiveOperation {
  /** The fields for `params._meta` of a message that belongs to this operation. Empty without trace context. */
  readonly carrier: Carrier;
  /** Runs `fn` in the operation's context, so that spans it starts become children. */
  run<T>(fn: () => T): T;
  /**
   * Runs `fn`, which passes the message to the transport, in the operation's context. Work in that context after the
   * operation's end, such as reading or reopening a stream, is not part of it.
   */
  send<T>(fn: () => T): T;
  /** Records an event of the operation, such as progress. Ignored after the end. */
  event(name: string, attributes: Readonly<Record<string, string | number>>): void;
  /** Ends the operation. Later calls do nothing. */
  end(outcome: Outcome): void;
}
