import { closingCancels } from "../../operation/connection.ts";
import { CANCELLED, CONNECTION_CLOSED, SUCCESS, type Outcome } from "../../operation/outcome.ts";
import * as semconv from "../../semconv.ts";
import { hub } from "../hub.ts";
import { finish } from "../../operation/requests.ts";
import { safely } from "../../output/safely.ts";
import type { ActiveSession } from "../../operation/session.ts";
import type { Tap } from "./tap-state.ts";

/**
 * Connections on which something is open, so that the end of the process can end it, and those of a stdio server, of
 * which there are one or two. Weakly held: a connection that is never closed is still collected with its transport,
 * and its session, which the metrics count, ends at the next sweep. One FinalizationRegistry entry for each
 * connection would keep a busy server's heap from ever shrinking again.
 */
const live = new Map<WeakRef<Tap>, ActiveSession | undefined>();
const refs = new WeakMap<Tap, WeakRef<Tap>>();
/** With more connections than this, a sweep runs at most once in `SWEEP_EVERY_MS`. */
const MANY = 1024;
const SWEEP_EVERY_MS = 1000;
let sweptAt = 0;

/** Runs after garbage collections, because one object that it watches has been collected. */
const collections = new FinalizationRegistry<undefined>(() => {
  watching = false;
  safely("sweep", sweep);
});
let watching = false;

/** Remembers a connection that is being made, perhaps again over the same transport. */
export function rememberTap(tap: Tap): void {
  if (!isStdioServer(tap)) return;
  hold(tap);
  for (const listener of arrivals) safely("stdio server", listener);
}

const arrivals = new Set<() => void>();

/** Hears that this process is going to serve over stdio, before the first message. */
export function onStdioServer(listener: () => void): void {
  arrivals.add(listener);
}

/** Updates the list when a request or a session begins or ends. */
export function followTap(tap: Tap): void {
  if (isOpen(tap) || tap.session !== undefined) hold(tap);
  else if (!isStdioServer(tap)) release(tap);
}

function isOpen({ inbound, outbound, answering, tasks }: Tap): boolean {
  return !inbound.isEmpty() || !outbound.isEmpty() || answering.size > 0 || tasks.size > 0;
}

function hold(tap: Tap): void {
  let ref = refs.get(tap);
  if (ref === undefined) {
    ref = new WeakRef(tap);
    refs.set(tap, ref);
  }
  live.set(ref, tap.session);
  watchCollections();
}

function release(tap: Tap): boolean {
  const ref = refs.get(tap);
  return ref !== undefined && live.delete(ref);
}

function watchCollections(): void {
  if (watching) return;
  watching = true;
  collections.register({}, undefined);
}

/** Ends the sessions of connections that were collected. */
function sweep(): void {
  if (live.size === 0) return;
  watchCollections();
  const now = performance.now();
  if (live.size > MANY && now - sweptAt < SWEEP_EVERY_MS) return;
  sweptAt = now;
  for (const [ref, session] of live) {
    if (ref.deref() !== undefined) continue;
    live.delete(ref);
    session?.close();
  }
}

function liveTaps(): Tap[] {
  return [...live.keys()].flatMap((ref) => ref.deref() ?? []);
}

/** Ends what is still open on a closing connection. In memory `onclose` comes twice; the second call finds nothing. */
export function closeTap(tap: Tap): void {
  const known = release(tap);
  tap.connected = false;
  endOpen(tap, closingCancels(tap.connection) ? CANCELLED : CONNECTION_CLOSED);
  if (tap.answering.size > 0) {
    // A transport for one request closes as soon as it has answered, before its promise could resolve.
    hold(tap);
    setImmediate(() => safely("close", () => endAnswering(tap, CONNECTION_CLOSED))).unref();
  }
  if (known && isStdioServer(tap)) tellPeerGone();
}

/** Ends everything that is open on any connection, because the process ends. */
export function endEverything(): void {
  for (const tap of safely("end", liveTaps) ?? []) {
    safely("end", () => endOpen(tap, CONNECTION_CLOSED));
    safely("end", () => endAnswering(tap, undefined));
  }
}

/**
 * @param unsent the outcome of requests that were answered, where it is unknown whether the answer was sent;
 *   `undefined`: the outcome of the answer
 */
function endAnswering(tap: Tap, unsent: Outcome | undefined): void {
  const observing = hub();
  const answered = [...tap.answering];
  tap.answering.clear();
  followTap(tap);
  if (observing === undefined) return;
  for (const [pending, outcome] of answered)
    finish(pending, unsent ?? outcome, tap.connection, observing.known);
}

function endOpen(tap: Tap, unanswered: Outcome): void {
  const { connection } = tap;
  const asked = tap.inbound.drain();
  const awaited = tap.outbound.drain();
  const tasks = [...tap.tasks.values()];
  tap.tasks.clear();
  const observing = hub();
  tap.session?.close();
  delete tap.session;
  if (observing === undefined) return;
  // How the tasks end is not known; the calls themselves have been answered.
  for (const pending of tasks) finish(pending, SUCCESS, connection, observing.known);
  for (const pending of asked) finish(pending, unanswered, connection, observing.known);
  for (const pending of awaited)
    finish(pending, pending.provisional ?? CONNECTION_CLOSED, connection, observing.known);
}

/**
 * The requests that a graceful shutdown waits for: those that are being answered, and on clients those without a
 * response.
 */
export function countRunning(): number {
  const sizes = safely("count", () =>
    liveTaps().map(
      ({ connection, inbound, outbound }) =>
        inbound.size() + (connection.role === "client" ? outbound.size() : 0),
    ),
  );
  return (sizes ?? []).reduce((sum, size) => sum + size, 0);
}

/** Whether this process is a stdio server: one host has started it and decides when it ends. */
export function servesStdio(): boolean {
  return safely("stdio", () => liveTaps().some(isStdioServer)) ?? false;
}

function isStdioServer({ connection }: Tap): boolean {
  return connection.role === "server" && connection.network[semconv.ATTR_NETWORK_TRANSPORT] === "pipe";
}

const listeners = new Set<() => void>();

/** Calls the listener when the host of a stdio server has gone or has closed its input: the process will end soon. */
export function onPeerGone(listener: () => void): void {
  listeners.add(listener);
}

function tellPeerGone(): void {
  for (const listener of listeners) safely("peer gone", listener);
}

/** The parts of a readable stream that are used. */
interface Input {
  prependListener(event: "end" | "close", listener: () => void): unknown;
}

const watched = new WeakSet<object>();

/**
 * Not every SDK closes the transport when its input ends: v1 waits until the process has nothing left to do. The
 * listener is the first, since many applications exit in their own.
 */
export function watchInput(tap: Tap, transport: object): void {
  const input = (transport as { _stdin?: Partial<Input> | null })._stdin;
  if (!isStdioServer(tap) || typeof input?.prependListener !== "function" || watched.has(input)) return;
  watched.add(input);
  let ended = false;
  const onEnd = (): void => {
    if (ended) return;
    ended = true;
    safely("end of input", inputEnded);
  };
  input.prependListener("end", onEnd);
  input.prependListener("close", onEnd);
}

/** No request can arrive any more, so the session ends; running requests may still be answered. */
function inputEnded(): void {
  for (const tap of liveTaps()) {
    if (!isStdioServer(tap)) continue;
    tap.session?.close();
    delete tap.session;
    hold(tap);
  }
  tellPeerGone();
}
