import type { Writable } from "node:stream";
import type { McpConfig } from "../settings/config.ts";
import { atExit } from "./at-exit.ts";
import { callSite } from "./call-site.ts";
import { createLineReader, type Piece } from "./protocol-lines.ts";
import { disguise } from "./disguise.ts";
import { safely } from "./safely.ts";
import { writeToStderr } from "./stderr.ts";

/**
 * The guard of a stdio server's stdout, which belongs to the protocol: a stray `console.log` breaks strict clients.
 *
 * It checks what goes through the stream's `write`: `console`, pipes into the stream and worker threads. It does not
 * see writes to the descriptor itself: `fs.writeSync(1)`, native code, child processes that inherit it, and pino,
 * unless pino is set up after the guard: it uses `process.stdout` where its `write` is not Node's.
 */

/** What to do about stray writes; read at each of them. */
export interface StdoutPolicy {
  readonly mode: McpConfig["stdout"];
  /**
   * Called for each stray write.
   * @param place `file:line` of the first, where it is known
   */
  stray(place: string | undefined): void;
}

type PolicyNow = () => StdoutPolicy | undefined;
type Hearer = (line: string) => void;

interface Guard {
  /** The number of transports that write to the stream. */
  owners: number;
  /** Hear each message that is written, in one write and one line. */
  readonly hearers: Set<Hearer>;
  /** Unreported stray writes from before the first transport: until then it is unknown whether this is a stdio server. */
  early: { count: number; place: string | undefined } | undefined;
  remove(): void;
}

const guards = new WeakMap<Writable, Guard>();

/**
 * Guards the stream from now on, for a transport.
 * @param hear called for each message that is written in one write
 * @returns ends that; the last call leaves the stream as it was
 */
export function guardStdout(
  stream: Writable,
  policyNow: PolicyNow,
  hear: Hearer = () => undefined,
): () => void {
  const guard = guards.get(stream) ?? shadowWrite(stream, policyNow);
  guard.owners += 1;
  guard.hearers.add(hear);
  if (guard.early !== undefined) tellEarly(guard, policyNow());
  let over = false;
  return () => {
    if (over) return;
    over = true;
    guard.owners -= 1;
    guard.hearers.delete(hear);
    if (guard.owners === 0) guard.remove();
  };
}

/**
 * Expects a transport on this stream: a banner printed before it breaks the client as well. `detect` remembers stray
 * writes and reports them when the transport comes; `protect` cannot wait.
 */
export function expectStdio(stream: Writable, policyNow: PolicyNow): void {
  if (guards.has(stream) || (policyNow()?.mode ?? "off") === "off") return;
  shadowWrite(stream, policyNow).early = { count: 0, place: undefined };
}

/** The transport has come, and writes to another stream. */
export function expectNoMore(stream: Writable): void {
  const guard = guards.get(stream);
  if (guard?.early !== undefined) guard.remove();
}

function tellEarly(guard: Guard, policy: StdoutPolicy | undefined): void {
  const { early } = guard;
  guard.early = undefined;
  if (early === undefined || policy === undefined) return;
  for (let n = 0; n < early.count; n += 1) policy.stray(n === 0 ? early.place : undefined);
}

function shadowWrite(stream: Writable, policyNow: PolicyNow): Guard {
  const before = Object.getOwnPropertyDescriptor(stream, "write");
  const original = stream.write as (...args: unknown[]) => boolean;
  const { read } = createLineReader();
  let removed = false;
  let busy = false;
  let placed = false;
  /** Under `protect`: the undecided beginning of a line. */
  let held: Content[] = [];
  let callOff: (() => void) | undefined;
  /** Under `protect`: the last output did not end its line. */
  let within = false;

  const write = disguise(function (this: unknown, ...args: unknown[]): boolean {
    // Output during the report of a stray write, for example by a diagnostic logger, is not reported.
    if (removed || busy) return original.apply(this, args);
    busy = true;
    const rest = safely("stdout", () => sift(args[0], args[1]));
    busy = false;
    if (rest === undefined) return original.apply(this, args);
    const written = args.slice(1).find((argument) => typeof argument === "function");
    if (rest.length > 0) return original.call(this, rest, written);
    // Like a stream with room: later, and without an error.
    if (written !== undefined) process.nextTick(written, null);
    return true;
  }, original);

  /** @returns the replacement for the chunk; `undefined` to write the chunk unchanged */
  function sift(chunk: unknown, encoding: unknown): Content | undefined {
    const policy = policyNow();
    if (policy?.mode !== "protect") releaseHeld();
    if (policy === undefined || policy.mode === "off") return undefined;
    const content = contentOf(chunk, encoding);
    if (content === undefined) return undefined;
    const pieces = read(typeof content === "string" ? content : content.toString("latin1"));
    if (pieces === undefined) for (const hear of guard.hearers) hear(String(content));
    if (pieces?.some(({ stray }) => stray) === true) safely("stray output", () => note(policy));
    if (policy.mode !== "protect") return undefined;
    if (pieces !== undefined) return divide(content, pieces);
    return within ? divide(content, [wholeOf(content)]) : undefined;
  }

  /**
   * Sends stray text to stderr, and holds back what is undecided. Where a part of a line went out before the line
   * proved stray, a line end follows: the next message must begin a line.
   * @returns as `sift`
   */
  function divide(content: Content, pieces: readonly Piece[]): Content | undefined {
    const out: Content[] = [];
    const stray: Content[] = [];
    const pending = [...held];
    let changed = pending.length > 0;
    for (const piece of pieces) {
      const part = slice(content, piece);
      if (!piece.joins) stray.push(...pending.splice(0));
      if (piece.stray || piece.undecided) {
        changed = true;
        // A copy: after the callback, the bytes belong to the caller again.
        if (piece.stray) stray.push(part);
        else pending.push(typeof part === "string" ? part : Buffer.from(part));
        continue;
      }
      if (within && (pending.length > 0 || !piece.joins)) {
        out.push("\n");
        changed = true;
      }
      out.push(...pending.splice(0), part);
      within = !endsLine(part);
    }
    hold(pending);
    if (stray.length > 0) writeToStderr(join(stray));
    return changed ? join(out) : undefined;
  }

  function hold(pending: Content[]): void {
    held = pending;
    callOff?.();
    callOff = held.length > 0 ? atExit(releaseHeld) : undefined;
  }

  /** Releases the held text: nothing can complete it any more. */
  function releaseHeld(): void {
    if (held.length === 0) return;
    const rest = join(held);
    hold([]);
    writeToStderr(rest);
  }

  function note(policy: StdoutPolicy): void {
    const place = placed ? undefined : callSite(write);
    placed = true;
    // `protect` changes the output, so it reports at once.
    if (guard.early === undefined || policy.mode === "protect") return policy.stray(place);
    guard.early.count += 1;
    guard.early.place ??= place;
  }

  const guard: Guard = {
    owners: 0,
    hearers: new Set(),
    early: undefined,
    remove() {
      removed = true;
      safely("stdout", releaseHeld);
      guards.delete(stream);
      // Other code has wrapped this `write`: the wrapper stays, and this `write` lets everything through.
      if (Object.getOwnPropertyDescriptor(stream, "write")?.value !== write) return;
      if (before === undefined) delete (stream as Partial<Writable>).write;
      else Object.defineProperty(stream, "write", before);
    },
  };
  const enumerable = before?.enumerable ?? false;
  Object.defineProperty(stream, "write", { value: write, configurable: true, writable: true, enumerable });
  guards.set(stream, guard);
  return guard;
}

type Content = string | Buffer;

/** `undefined` for chunks that the stream will refuse, and for objects of an object stream. */
function contentOf(chunk: unknown, encoding: unknown): Content | undefined {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (typeof chunk !== "string") return undefined;
  if (typeof encoding !== "string" || /^utf-?8$/i.test(encoding)) return chunk; // no copy of a message of megabytes
  return Buffer.isEncoding(encoding) ? Buffer.from(chunk, encoding) : undefined;
}

function wholeOf(content: Content): Piece {
  return { start: 0, end: content.length, stray: false, undecided: false, joins: false };
}

function slice(content: Content, { start, end }: Piece): Content {
  return typeof content === "string" ? content.slice(start, end) : content.subarray(start, end);
}

function endsLine(content: Content): boolean {
  return typeof content === "string" ? content.endsWith("\n") : content.at(-1) === 0x0a;
}

function join(parts: readonly Content[]): Content {
  return parts.every((part) => typeof part === "string")
    ? parts.join("")
    : Buffer.concat(parts.map((part) => Buffer.from(part)));
}
