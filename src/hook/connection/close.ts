import { closingCancels } from "../../operation/connection.ts";
import { CANCELLED, CONNECTION_CLOSED, SUCCESS, type Outcome } from "../../operation/outcome.ts";
import * as semconv from "../../semconv.ts";
import { hub } from "../hub.ts";
import { finish } from "../../operation/requests.ts";
import { safely } from "../../output/safely.ts";
import type { ActiveSession } from "../../operation/session.ts";
import type { Tap } from "./tap-state.ts";

/**
 * Connections with something open on them, so that the end of the process can end that; and a stdio server's, of which there
 * is one or two. Weakly held: one that nobody closes is still collected with its transport, and its session, which the metrics count,
 * ends when that is found out. Not by a FinalizationRegistry for each: with one entry for each connection the heap of a busy server
 * never shrinks again.
 */
const live = new Map<WeakRef<Tap>, ActiveSession | undefined>();
const refs = new WeakMap<Tap, WeakRef<Tap>>();
/** Beyond this many, looking for those that were collected waits this long. */
const MANY = 1024;
const SWEEP_EVERY_MS = 1000;
let sweptAt = 0;

/** Hears of garbage collections, by the one object that it has to look after. */
const collections = new FinalizationRegistry<undefined>(() => {
  watching = false;
  safely("sweep", sweep);
});
let watching = false;

/** A connection is being made; again, perhaps, over the same transport. */
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

/** A request has come or gone, or a session. */
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

/** Ends what the closing connection leaves open. In memory `onclose` comes twice; the second finds nothing. */
export function closeTap(tap: Tap): void {
  const known = release(tap);
  tap.connected = false;
  endOpen(tap, closingCancels(tap.connection) ? CANCELLED : CONNECTION_CLOSED);
  if (tap.answering.size > 0) {
    // A transport for one request closes as soon as it has answered, before anybody could hear that it has.
    hold(tap);
    setImmediate(() => safely("close", () => endAnswering(tap, CONNECTION_CLOSED))).unref();
  }
  if (known && isStdioServer(tap)) tellPeerGone();
}

/** The process ends, and takes every connection along: what is open is over. */
export function endEverything(): void {
  for (const tap of safely("end", liveTaps) ?? []) {
    safely("end", () => endOpen(tap, CONNECTION_CLOSED));
    safely("end", () => endAnswering(tap, undefined));
  }
}

/** @param unsent the end of what was answered, and nobody knows whether the answer has been sent; `undefined`: as it was answered */
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
  // What becomes of them is not known; the call itself has been answered.
  for (const pending of tasks) finish(pending, SUCCESS, connection, observing.known);
  for (const pending of asked) finish(pending, unanswered, connection, observing.known);
  for (const pending of awaited)
    finish(pending, pending.provisional ?? CONNECTION_CLOSED, connection, observing.known);
}

/** Requests that are being answered, and on clients those that wait for an answer: what a graceful end would wait for. */
export function countRunning(): number {
  const sizes = safely("count", () =>
    liveTaps().map(
      ({ connection, inbound, outbound }) =>
        inbound.size() + (connection.role === "client" ? outbound.size() : 0),
    ),
  );
  return (sizes ?? []).reduce((sum, size) => sum + size, 0);
}

/** Whether this process is a server that one host has started, and whose end that host decides. */
export function servesStdio(): boolean {
  return safely("stdio", () => liveTaps().some(isStdioServer)) ?? false;
}

function isStdioServer({ connection }: Tap): boolean {
  return connection.role === "server" && connection.network[semconv.ATTR_NETWORK_TRANSPORT] === "pipe";
}

const listeners = new Set<() => void>();

/** Hears that the host of a stdio server is gone, or has closed its input: the end of the process is near. */
export function onPeerGone(listener: () => void): void {
  listeners.add(listener);
}

function tellPeerGone(): void {
  for (const listener of listeners) safely("peer gone", listener);
}

/** What of a readable stream counts here. */
interface Input {
  prependListener(event: "end" | "close", listener: () => void): unknown;
}

const watched = new WeakSet<object>();

/**
 * Not every SDK closes the transport when its input ends: v1 just waits for the process to have nothing left to do.
 * First in line, since many an application exits in its own listener.
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

/** Nothing more can be asked, which is the end of the session; what has been asked may still be answered. */
function inputEnded(): void {
  for (const tap of liveTaps()) {
    if (!isStdioServer(tap)) continue;
    tap.session?.close();
    delete tap.session;
    hold(tap);
  }
  tellPeerGone();
}
