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
 * It looks at what goes through the stream's `write`, and so do `console`, pipes into the stream and worker threads. Out
 * of its sight are writes to the descriptor itself: `fs.writeSync(1)`, native code, child processes that inherit it, and
 * pino, unless it is set up after us: it goes by `process.stdout` where that one's `write` is not Node's.
 */

/** What is to be done about stray writes; asked at each of them. */
export interface StdoutPolicy {
  readonly mode: McpConfig["stdout"];
  /** Hears of each. @param place `file:line` of the first, where it is known */
  stray(place: string | undefined): void;
}

type PolicyNow = () => StdoutPolicy | undefined;

interface Guard {
  /** Transports that write to the stream. */
  owners: number;
  /** Writes from before the first of them, which nobody has been told of: as yet nobody knows that this is a stdio server. */
  early: { count: number; place: string | undefined } | undefined;
  remove(): void;
}

const guards = new WeakMap<Writable, Guard>();

/** A transport owns the stream from now on. @returns ends that; the last owner leaves the stream as it was */
export function guardStdout(stream: Writable, policyNow: PolicyNow): () => void {
  const guard = guards.get(stream) ?? shadowWrite(stream, policyNow);
  guard.owners += 1;
  if (guard.early !== undefined) tellEarly(guard, policyNow());
  let over = false;
  return () => {
    if (over) return;
    over = true;
    guard.owners -= 1;
    if (guard.owners === 0) guard.remove();
  };
}

/**
 * It is likely that the stream will be a transport's: a banner printed before that breaks the client as well. `detect`
 * remembers and tells when the transport comes, or never; `protect` cannot wait.
 */
export function expectStdio(stream: Writable, policyNow: PolicyNow): void {
  if (guards.has(stream) || (policyNow()?.mode ?? "off") === "off") return;
  shadowWrite(stream, policyNow).early = { count: 0, place: undefined };
}

/** The transport has come, and writes elsewhere. */
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
  /** Under `protect`: what went out last was not the end of a line. */
  let within = false;

  const write = disguise(function (this: unknown, ...args: unknown[]): boolean {
    // What is written while we tell of a stray write, by a diagnostic logger for one, is not to be told in its turn.
    if (removed || busy) return original.apply(this, args);
    busy = true;
    const rest = safely("stdout", () => sift(args[0], args[1]));
    busy = false;
    if (rest === undefined) return original.apply(this, args);
    const written = args.slice(1).find((argument) => typeof argument === "function");
    if (rest.length > 0) return original.call(this, rest, written);
    // As a stream answers that had room: later, and without an error.
    if (written !== undefined) process.nextTick(written, null);
    return true;
  }, original);

  /** @returns what is to be written in place of the chunk; `undefined` for the chunk as it came, untouched */
  function sift(chunk: unknown, encoding: unknown): Content | undefined {
    const policy = policyNow();
    if (policy?.mode !== "protect") releaseHeld();
    if (policy === undefined || policy.mode === "off") return undefined;
    const content = contentOf(chunk, encoding);
    if (content === undefined) return undefined;
    const pieces = read(typeof content === "string" ? content : content.toString("latin1"));
    if (pieces?.some(({ stray }) => stray) === true) safely("stray output", () => note(policy));
    if (policy.mode !== "protect") return undefined;
    if (pieces !== undefined) return divide(content, pieces);
    return within ? divide(content, [wholeOf(content)]) : undefined;
  }

  /**
   * Sends what is stray to stderr, and holds back what is undecided. A line of which a part went out before it proved
   * stray gets its end, late: the next message is to begin a line.
   *
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
        // A copy: once it is answered for, the bytes are the caller's again.
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

  /** Nothing will come any more that could make a message of it. */
  function releaseHeld(): void {
    if (held.length === 0) return;
    const rest = join(held);
    hold([]);
    writeToStderr(rest);
  }

  function note(policy: StdoutPolicy): void {
    const place = placed ? undefined : callSite(write);
    placed = true;
    // What changes something is told at once.
    if (guard.early === undefined || policy.mode === "protect") return policy.stray(place);
    guard.early.count += 1;
    guard.early.place ??= place;
  }

  const guard: Guard = {
    owners: 0,
    early: undefined,
    remove() {
      removed = true;
      safely("stdout", releaseHeld);
      guards.delete(stream);
      // Somebody has put a `write` of theirs on top, and calls ours: that one stays, and lets everything through.
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

/** `undefined` for what the stream is going to refuse, and for objects of a stream of objects. */
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
