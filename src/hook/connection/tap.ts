import { AsyncLocalStorage } from "node:async_hooks";
import { createConnection, type Connection, type Peer, type Role } from "../../operation/connection.ts";
import { hub } from "../hub.ts";
import { arrive } from "./inbound.ts";
import { closeTap, followTap, rememberTap, watchInput } from "./close.ts";
import { createPendingTable } from "../../operation/requests.ts";
import { depart } from "./outbound.ts";
import { safely } from "../../output/safely.ts";
import { isResumable, networkOf, servesEntry, sessionIdOf, type Transport } from "../sdk-shapes.ts";
import { guardServer } from "../stdio-server.ts";
import { standOn, tapped } from "./stand-on.ts";
import { currentAnswer, type Tap } from "./tap-state.ts";

/** Keyed by the transport, so that a connection that is never closed is collected with it. */
const taps = new WeakMap<Transport, Tap>();

/**
 * Taps a transport in place, before the protocol sets its callbacks and starts it: its `send`, and the functions that
 * `onmessage` and `onclose` will be. In place, because SDKs compare, subclass and key maps by the object they were
 * given.
 */
export function tapTransport(
  transport: Transport,
  role: Role | undefined,
  self?: Peer,
  handles?: Connection["handles"],
): void {
  const tap = tapOf(transport, role, false);
  if (handles !== undefined) tap.connection.handles = handles;
  if (self !== undefined) tap.connection.self = self;
  tap.connected = true;
  notice(transport, tap);
}

/** A running `connect`. Until it ends, it starts the transport it was given and nothing else. */
export interface Connecting {
  readonly role: Role | undefined;
  over: boolean;
}

/** The transport continues to read in this context after `connect`. */
const connecting = new AsyncLocalStorage<Connecting>();

/** Runs a `connect`: what the given transport starts is a part of that transport. */
export function runConnecting<T>(under: Connecting, connect: () => T): T {
  return connecting.run(under, connect);
}

/** For a transport that is started by hand, without a protocol: its callbacks are already set. */
export function tapStarted(transport: Transport, role: Role): void {
  // A transport that another one starts is inside that one, which already sees its messages.
  const within = connecting.getStore();
  if (taps.has(transport) || (within?.over === false && within.role === role)) return;
  const edge = role === "server" && servesEntry(transport);
  const tap = tapOf(transport, role, edge);
  if (role === "server" && !edge) {
    // What answers is a server without a protocol, such as muppet's.
    tap.connected = true;
    hub()?.observer.connecting(role, undefined);
    hub()?.observer.connected(role);
  }
  notice(transport, tap);
  if (canReadCallback(transport, "onclose") && transport.onclose === undefined)
    transport.onclose = () => undefined;
}

/** For the end of the process, and for what is written to a server's stdout. */
function notice(transport: Transport, tap: Tap): void {
  rememberTap(tap);
  watchInput(tap, transport);
  tap.unguard ??= safely("guard", () => guardServer(transport, tap.connection.role));
}

function tapOf(transport: Transport, role: Role | undefined, edge: boolean): Tap {
  const known = taps.get(transport);
  if (known !== undefined) {
    known.connection.role ??= role;
    return known;
  }
  const tap = createTap(
    createConnection(role, networkOf(transport), () => sessionIdOf(transport)),
    {
      edge,
      resumable: isResumable(transport),
    },
  );
  tapSend(transport, tap);
  standOn(transport, "onmessage", (args, pass) => receive(tap, args, pass));
  standOn(transport, "onerror", (args, pass) => {
    const answer = currentAnswer.getStore();
    if (answer !== undefined) answer.failure ??= { error: args[0] };
    return pass(args);
  });
  standOn(transport, "onclose", (args, pass) => {
    safely("close", () => closed(tap));
    return pass(args);
  });
  taps.set(transport, tap);
  return tap;
}

/** The state of a connection on which nothing has been seen. */
export function createTap(connection: Connection, { edge = false, resumable = false } = {}): Tap {
  const tap: Tap = {
    connection,
    inbound: createPendingTable(() => followTap(tap)),
    outbound: createPendingTable(() => followTap(tap)),
    edge,
    resumable,
    subscriptions: new Set(),
    answering: new Map(),
    tasks: new Map(),
    connected: false,
    since: performance.now(),
  };
  return tap;
}

/**
 * An own property that does not show when the transport is printed or iterated. A value and not an accessor: test
 * libraries replace methods through the value they find.
 */
function tapSend(transport: Transport, tap: Tap): void {
  const own = Object.getOwnPropertyDescriptor(transport, "send");
  const send = tapped(transport.send, (args, pass) => {
    const observing = hub();
    if (observing === undefined) return pass(args);
    return depart(tap, args[0], observing, (outgoing) => pass([outgoing, ...args.slice(1)]));
  });
  Object.defineProperty(transport, "send", {
    value: send,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
}

/** A chained handler gets the same message during the delivery and must not count it twice. */
function receive(tap: Tap, args: readonly unknown[], pass: (args: readonly unknown[]) => unknown): unknown {
  const observing = hub();
  if (observing === undefined || tap.delivering === args[0]) return pass(args);
  const outer = tap.delivering;
  tap.delivering = args[0];
  try {
    return arrive(tap, args[0], args[1], observing, () => pass(args));
  } finally {
    tap.delivering = outer;
  }
}

function closed(tap: Tap): void {
  const { unguard } = tap;
  delete tap.unguard;
  safely("unguard", () => unguard?.());
  closeTap(tap);
}

/** Whether the callback can be read: some transports only take one. */
function canReadCallback(transport: Transport, name: "onclose"): boolean {
  return Object.getOwnPropertyDescriptor(transport, name)?.get !== undefined;
}
