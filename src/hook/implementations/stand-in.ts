import {
  createConnection,
  type Connection,
  type NetworkAttributes,
  type Role,
} from "../../operation/connection.ts";
import { describeMessage } from "../../operation/message.ts";
import { describeUnsent } from "../../operation/outcome.ts";
import { finish } from "../../operation/requests.ts";
import { safely } from "../../output/safely.ts";
import { hub } from "../hub.ts";
import { guardServer } from "../stdio-server.ts";
import { closeTap, rememberTap, watchInput } from "../connection/close.ts";
import { arrive } from "../connection/inbound.ts";
import { depart } from "../connection/depart.ts";
import { createTap } from "../connection/tap.ts";

/**
 * Observes a connection of an implementation that has no transport object to tap: messages are passed to it by hand, on their way
 * in and out.
 */
export interface StandIn {
  readonly connection: Connection;
  /** A request that is answered by what `handle` returns or resolves to. Any other message: as `arrives`. */
  serves(message: unknown, handle: () => unknown, extra?: unknown): unknown;
  /** A message arrives; `deliver` passes it on, synchronously. */
  arrives(message: unknown, deliver: () => unknown, extra?: unknown): unknown;
  /** A message departs; `send` gets it with trace context. */
  departs(message: unknown, send: (message: unknown) => unknown): unknown;
  /** Whether the connection has become a session. */
  isSession(): boolean;
  /** Ends what is open. */
  close(): void;
}

/** The streams of a stdio server, under the names by which every SDK's transport has them. */
interface Streams {
  readonly _stdin: object;
  readonly _stdout: object;
}

interface StandInOptions {
  readonly network: NetworkAttributes;
  readonly sessionId?: string | undefined;
  readonly streams?: Streams | undefined;
}

export function createStandIn(role: Role, { network, sessionId, streams }: StandInOptions): StandIn {
  const connection = createConnection(role, network, () => sessionId);
  const tap = createTap(connection);
  tap.connected = true;
  if (streams !== undefined) {
    rememberTap(tap);
    watchInput(tap, streams);
    tap.unguard = safely("guard", () =>
      guardServer({ ...streams, start: () => undefined, send: () => undefined }, role, () => undefined),
    );
  }

  function arrives(message: unknown, deliver: () => unknown, extra?: unknown): unknown {
    const observing = hub();
    return observing === undefined ? deliver() : arrive(tap, message, extra, observing, deliver);
  }
  function departs(message: unknown, send: (message: unknown) => unknown): unknown {
    const observing = hub();
    return observing === undefined ? send(message) : depart(tap, message, observing, send);
  }
  /** The request gets no answer at all. */
  function fails(message: unknown, error: unknown): void {
    const seen = describeMessage(message);
    const pending = seen?.kind === "request" ? tap.inbound.take(seen.message.id) : undefined;
    const observing = hub();
    if (pending !== undefined && observing !== undefined)
      finish(pending, describeUnsent(error), connection, observing.known);
  }

  return {
    connection,
    arrives,
    departs,
    serves(message, handle, extra) {
      const answered = (value: unknown): void => void safely("answer", () => departs(value, () => undefined));
      const failed = (error: unknown): void => safely("answer", () => fails(message, error));
      let result: unknown;
      try {
        result = arrives(message, handle, extra);
      } catch (error) {
        failed(error);
        throw error;
      }
      if (!(result instanceof Promise)) {
        answered(result);
        return result;
      }
      // The promise itself, passed on: see docs/decisions/0003-pass-the-promise-on.md.
      return result.then(
        (value: unknown) => {
          answered(value);
          return value;
        },
        (error: unknown) => {
          failed(error);
          throw error;
        },
      );
    },
    isSession: () => tap.session !== undefined,
    close() {
      const { unguard } = tap;
      delete tap.unguard;
      safely("unguard", () => unguard?.());
      closeTap(tap);
    },
  };
}
