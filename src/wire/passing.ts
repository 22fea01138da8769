import type { RequestId } from "../operation/message.ts";
import type { KnownNames } from "../operation/known-names.ts";
import type { Carrier, OperationObserver } from "../operation/observer.ts";
import type { AttributeValues } from "../operation/operation.ts";
import type { Outcome } from "../operation/outcome.ts";

/** Who makes telemetry of what passes. */
export interface Observing {
  readonly observer: OperationObserver;
  readonly known: KnownNames;
}

/** What is known of a message beside what it says. */
export interface Circumstances {
  /** When it passed, where that is reported later, in milliseconds on the clock of `performance.now()`. */
  readonly since?: number;
  /** Of the HTTP request that brought it. */
  readonly headers?: () => Carrier;
  readonly exchange?: AttributeValues;
}

/** A message on its way to the server. */
export interface Passed {
  /** What belongs into its `params._meta`. */
  readonly carrier: Carrier;
  /** For a request: nothing will answer it any more. Does nothing where it has been answered. */
  readonly settle?: (outcome: Outcome) => void;
}

export interface Conversation {
  /** A message passes to the server. */
  toServer(message: unknown, circumstances?: Circumstances): Passed;
  /** A message passes to the client. */
  toClient(message: unknown): void;
  /** The protocol's revision, where the transport tells it. */
  version(version: unknown): void;
  /** A message was too long to be read. @param answers the request whose result it is, where that shows */
  unread(answers?: RequestId): void;
  running(): number;
  /** The connection is closed. Calls after the first do nothing. */
  end(): void;
}
