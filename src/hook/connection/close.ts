import { closingCancels } from "../../operation/connection.ts";
import { CANCELLED, CONNECTION_CLOSED, type Outcome } from "../../operation/outcome.ts";
import * as semconv from "../../semconv.ts";
import { hub } from "../hub.ts";
import { finish } from "../../operation/requests.ts";
import { safely } from "../../output/safely.ts";
import type { Tap } from "./tap-state.ts";

/**
 * Connections with something open on them, so that the end of the process can end that; and a stdio server's, of which there
 * is one or two. Weakly held: one that nobody closes is still collected with its transport. Not in a FinalizationRegistry:
 * with one entry for each connection the heap of a busy server never shrinks again.
 */
const live = new Set<WeakRef<Tap>>();
const refs = new WeakMap<Tap, WeakRef<Tap>>();
/** Every so many, those that were collected are looked for. */
let sweepAt = 64;

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

/** A request has come or gone. */
export function followTap(tap: Tap): void {
  if (!tap.inbound.isEmpty() || !tap.outbound.isEmpty()) hold(tap);
  else if (!isStdioServer(tap)) release(tap);
}

function hold(tap: Tap): void {
  let ref = refs.get(tap);
  if (ref === undefined) {
    ref = new WeakRef(tap);
    refs.set(tap, ref);
  }
  live.add(ref);
  if (live.size < sweepAt) return;
  for (const held of live) if (held.deref() === undefined) live.delete(held);
  sweepAt = Math.max(64, live.size * 2);
}

function release(tap: Tap): boolean {
  const ref = refs.get(tap);
  return ref !== undefined && live.delete(ref);
}

function liveTaps(): Tap[] {
  return [...live].flatMap((ref) => ref.deref() ?? []);
}

/** Ends what the closing connection leaves open. In memory `onclose` comes twice; the second finds nothing. */
export function closeTap(tap: Tap): void {
  const known = release(tap);
  endOpen(tap, closingCancels(tap.connection) ? CANCELLED : CONNECTION_CLOSED);
  if (known && isStdioServer(tap)) tellPeerGone();
}

/** The process ends, and takes every connection along: what is open is over. */
export function endEverything(): void {
  for (const tap of safely("end", liveTaps) ?? []) safely("end", () => endOpen(tap, CONNECTION_CLOSED));
}

function endOpen(tap: Tap, unanswered: Outcome): void {
  const { connection } = tap;
  const asked = tap.inbound.drain();
  const awaited = tap.outbound.drain();
  const observing = hub();
  tap.session?.close();
  delete tap.session;
  if (observing === undefined) return;
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
  }
  tellPeerGone();
}
