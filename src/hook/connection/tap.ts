import { AsyncLocalStorage } from "node:async_hooks";
import { createConnection, type Connection, type Peer, type Role } from "../../operation/connection.ts";
import { hub } from "../hub.ts";
import { arrive } from "./inbound.ts";
import { closeTap, followTap, rememberTap, watchInput } from "./close.ts";
import { describeMessage } from "../../operation/message.ts";
import { createPendingTable } from "../../operation/requests.ts";
import { depart } from "./depart.ts";
import { safely } from "../../output/safely.ts";
import { isResumable, networkOf, sessionIdOf, type Transport } from "../sdk-shapes.ts";
import { guardServer } from "../stdio-server.ts";
import { passOn } from "./pass-on.ts";
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
  const tap = tapOf(transport, role);
  if (handles !== undefined) tap.connection.handles = handles;
  if (self !== undefined) tap.connection.self = self;
  tap.connected = true;
  tap.bare = false;
  tap.edge = false;
  notice(transport, tap);
}

/** A running `connect`. Until it ends, it starts the transport it was given and nothing else. */
export interface Connecting {
  readonly role: Role | undefined;
  over: boolean;
  /** Whether it starts other transports too, to find out what the peer speaks. */
  readonly probes: boolean;
}

/** The transport continues to read in this context after `connect`. */
const connecting = new AsyncLocalStorage<Connecting>();

/** Runs a `connect`: what the given transport starts is a part of that transport. */
export function runConnecting<T>(under: Connecting, connect: () => T): T {
  return connecting.run(under, connect);
}

/**
 * For a transport that is started by hand, without a protocol.
 * @returns what it is for; `undefined` where it is tapped already, or inside a transport that is
 */
export function tapStarted(transport: Transport, role: Role): "relay" | "entry" | "probe" | undefined {
  // A transport that another one starts is inside that one, which already sees its messages.
  const within = connecting.getStore();
  if (taps.has(transport) || (within?.over === false && within.role === role)) return undefined;
  // v1's and v2's HTTP servers for Node start another one, and hand their callbacks to it. These may be set already.
  if ("_webStandardTransport" in transport) return undefined;
  const entry = role === "server" && servesEntry(transport);
  const tap = tapOf(transport, role);
  tap.edge = entry;
  tap.bare = true;
  notice(transport, tap);
  tapClose(transport, tap);
  if (entry) return "entry";
  if (within?.probes === true && within.role === role) return "probe";
  tap.connected = true; // its peer has a session with whatever is behind the relay
  return "relay";
}

/**
 * v2's `serveStdio` picks the protocol by the first message. Its callbacks are set before it starts the transport, and
 * minifiers keep the names of properties. For one with other names, `recogniseEdge` sees where its messages go.
 */
function servesEntry({ onclose }: Transport): boolean {
  return typeof onclose === "function" && String(onclose).includes(".instance.product.close(");
}

/** For the end of the process, and for what is written to a server's stdout. */
function notice(transport: Transport, tap: Tap): void {
  rememberTap(tap);
  watchInput(tap, transport);
  tap.unguard ??= safely("guard", () =>
    guardServer(transport, tap.connection.role, (line) => wrote(tap, line)),
  );
}

function tapOf(transport: Transport, role: Role | undefined): Tap {
  const known = taps.get(transport);
  if (known !== undefined) {
    known.connection.role ??= role;
    return known;
  }
  for (const name of TAPPED) assertReplaceable(transport, name);
  const tap = createTap(
    createConnection(role, networkOf(transport), () => sessionIdOf(transport)),
    isResumable(transport),
    "_otherTransport" in transport,
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

/** All of them or none: with a part of them, what begins would never end. */
const TAPPED = ["send", "onmessage", "onerror", "onclose"] as const;

function assertReplaceable(transport: Transport, name: (typeof TAPPED)[number]): void {
  const own = Object.getOwnPropertyDescriptor(transport, name);
  if (own === undefined ? Object.isExtensible(transport) : own.configurable === true) return;
  throw new TypeError(`the transport's ${name} cannot be replaced`);
}

/** Nobody has to set `onclose` on a transport that is started by hand. */
function tapClose(transport: Transport, tap: Tap): void {
  const { close } = transport as { close?: unknown };
  const own = Object.getOwnPropertyDescriptor(transport, "close");
  if (typeof close !== "function" || own?.configurable === false) return;
  Object.defineProperty(transport, "close", {
    value: tapped(close as Transport["send"], (args, pass) =>
      passOn(pass(args), () => {
        if (tap.bare) closed(tap);
      }),
    ),
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
}

/** The state of a connection on which nothing has been seen. */
export function createTap(connection: Connection, resumable = false, shares = false): Tap {
  const tap: Tap = {
    connection,
    inbound: createPendingTable(() => followTap(tap)),
    outbound: createPendingTable(() => followTap(tap)),
    edge: false,
    bare: false,
    shares,
    resumable,
    subscriptions: new Set(),
    answering: new Map(),
    tasks: new Map(),
    connected: false,
    sending: false,
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
    return depart(tap, args[0], observing, (outgoing) => {
      const outer = tap.sending;
      tap.sending = true;
      try {
        return pass([outgoing, ...args.slice(1)]);
      } finally {
        tap.sending = outer;
      }
    });
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

/** A longer line is not parsed: the answer that it may hold ends with the connection. */
const LONGEST_LINE = 1024 * 1024;

/** An answer that the application itself writes to the stdout of a stdio server, past the transport. */
function wrote(tap: Tap, line: string): void {
  const observing = hub();
  if (observing === undefined || tap.sending || tap.inbound.isEmpty() || line.length > LONGEST_LINE) return;
  safely("written past the transport", () => {
    const seen = describeMessage(JSON.parse(line));
    if (seen?.kind === "response") depart(tap, seen.message, observing, () => undefined);
  });
}

function closed(tap: Tap): void {
  const { unguard } = tap;
  delete tap.unguard;
  safely("unguard", () => unguard?.());
  closeTap(tap);
}
