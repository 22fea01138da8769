import { createConnection, type Peer, type Role } from "../../operation/connection.ts";
import { hub } from "../hub.ts";
import { arrive } from "./inbound.ts";
import { closeTap, followTap, rememberTap, watchInput } from "./close.ts";
import { createPendingTable } from "../../operation/requests.ts";
import { depart } from "./outbound.ts";
import { disguise } from "../../output/disguise.ts";
import { safely } from "../../output/safely.ts";
import { networkOf, sessionIdOf, type Transport } from "../sdk-shapes.ts";
import { guardServer } from "../stdio-server.ts";
import type { Tap } from "./tap-state.ts";

/** Keyed by the transport itself, so that a connection nobody closes is collected with it. */
const taps = new WeakMap<Transport, Tap>();

/**
 * Taps a transport in place: shadows its `send`, and once its `start`, at which point the protocol has set its callbacks
 * and no byte has flowed yet. In place, because SDKs compare, subclass and key maps by the very object they were given.
 */
export function tapTransport(transport: Transport, role: Role | undefined, self?: Peer): void {
  const tap = tapOf(transport, role, false);
  if (self !== undefined) tap.connection.self = self;
  tap.connected = true;
  notice(transport, tap);
  if (!tap.armed) armStart(transport, tap);
}

/** For a transport that is being started by hand, without a protocol: its callbacks are set already. */
export function tapStarted(transport: Transport, role: Role): void {
  // A server's transport without a protocol serves an entry that picks the protocol by the first message.
  if (taps.has(transport)) return;
  const tap = tapOf(transport, role, role === "server");
  notice(transport, tap);
  wrapCallbacks(transport, tap);
}

/** For the end of the process. */
function notice(transport: Transport, tap: Tap): void {
  rememberTap(tap);
  watchInput(tap, transport);
}

function tapOf(transport: Transport, role: Role | undefined, edge: boolean): Tap {
  const known = taps.get(transport);
  if (known !== undefined) {
    known.connection.role ??= role;
    return known;
  }
  const tap: Tap = {
    connection: createConnection(role, networkOf(transport), () => sessionIdOf(transport)),
    inbound: createPendingTable(() => followTap(tap)),
    outbound: createPendingTable(() => followTap(tap)),
    edge,
    subscriptions: new Set(),
    connected: false,
    since: performance.now(),
    armed: false,
  };
  shadowSend(transport, tap);
  taps.set(transport, tap);
  return tap;
}

function shadowSend(transport: Transport, tap: Tap): void {
  const original = transport.send;
  const send = function (this: unknown, message: unknown, ...rest: unknown[]): unknown {
    const pass = (outgoing: unknown): unknown => original.call(this, outgoing, ...rest);
    const observing = hub();
    return observing === undefined ? pass(message) : depart(tap, message, observing, pass);
  };
  shadow(transport, "send", disguise(send, original));
}

function armStart(transport: Transport, tap: Tap): void {
  const before = Object.getOwnPropertyDescriptor(transport, "start");
  const original = transport.start;
  const start = function (this: unknown, ...args: unknown[]): unknown {
    // Restored first, and to exactly what was there: v2 puts a one-shot `start` of its own on a probed transport.
    safely("start", () => {
      tap.armed = false;
      if (before === undefined) delete (transport as Partial<Transport>).start;
      else Object.defineProperty(transport, "start", before);
      wrapCallbacks(transport, tap);
    });
    return original.apply(this, args);
  };
  shadow(transport, "start", disguise(start, original));
  tap.armed = true;
}

function wrapCallbacks(transport: Transport, tap: Tap): void {
  const unguard = safely("guard", () => guardServer(transport, tap.connection.role));
  const { onmessage, onclose } = transport;
  if (typeof onmessage === "function") {
    transport.onmessage = function (this: unknown, ...args: unknown[]): unknown {
      const deliver = (): unknown => onmessage.apply(this, args);
      const observing = hub();
      if (observing === undefined || tap.delivering === args[0]) return deliver();
      tap.delivering = args[0];
      try {
        return arrive(tap, args[0], args[1], observing, deliver);
      } finally {
        delete tap.delivering;
      }
    };
  }
  transport.onclose = function (this: unknown, ...args: unknown[]): unknown {
    safely("unguard", () => unguard?.());
    safely("close", () => closeTap(tap));
    return onclose?.apply(this, args);
  };
}

/** As an own property that does not show when the transport is printed or iterated. */
function shadow(transport: Transport, name: "send" | "start", value: unknown): void {
  const own = Object.getOwnPropertyDescriptor(transport, name);
  Object.defineProperty(transport, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
}
