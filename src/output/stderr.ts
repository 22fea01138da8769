import { atExit } from "./at-exit.ts";
import { isBusy, redirected, writeNow } from "./stderr-descriptor.ts";

/**
 * Writes to the descriptor, not through `process.stderr`: where the host does not read, that one keeps everything and
 * holds the process at its end, and where the host has closed its end it emits an error which nobody handles. Unless somebody has put a
 * `write` of his own there: pm2 does in its cluster mode, where the descriptor leads nowhere. The design of sonic-boom, but for the thread
 * pool: a write that blocks there holds the process as well.
 */

/** Kept for a host that is slow to read: a full batch of spans on the console. Beyond it lines are dropped, and counted. */
const KEPT_BYTES = 1 << 20;
const NEXT_TRY_MS = 100;
/** What a pipe takes whole or not at all, so that nothing of another writer's comes in between. */
const ATOMIC_BYTES = 4096;
/** At the end of the process: how long a reader may pause, and how long it may take. */
const LAST_PAUSE_MS = 50;
const LAST_MS = 500;
const STEP_MS = 5;

/** Lines in their order; of the first, a part may be written. */
let waiting: Buffer[] = [];
let waitingBytes = 0;
let dropped = 0;
let atEnd = false;
let timer: NodeJS.Timeout | undefined;
/** When the end of the process has to go on without us, from its `exit` on. */
let lastUntil: number | undefined;

/** Writes whole lines to stderr, or none of a line. Never throws, and waits for nobody while the process lives. */
export function writeToStderr(content: string | Uint8Array): void {
  try {
    const stream = redirecting ? undefined : redirected();
    if (stream !== undefined) return redirect(stream, content);
    writeWaiting();
    const bytes =
      typeof content === "string"
        ? Buffer.from(content)
        : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    for (let start = 0; start < bytes.length;) {
      const part = bytes.subarray(start, endOfPart(bytes, start));
      start += part.length;
      const rest = waiting.length === 0 && !isBusy() ? put(part) : part;
      if (rest !== undefined && rest.length > 0) keep(rest, rest.length < part.length);
    }
  } catch {
    // Nowhere is left to tell it: this is where mistakes are told.
  }
}

let redirecting = false;

/** A `write` that comes back here, by way of a logger for one, goes to the descriptor. */
function redirect(stream: NodeJS.WritableStream, content: string | Uint8Array): void {
  redirecting = true;
  try {
    stream.write(content);
  } finally {
    redirecting = false;
  }
}

/** As many whole lines as a pipe takes at once, or one that is longer. */
function endOfPart(bytes: Buffer, start: number): number {
  if (bytes.length - start <= ATOMIC_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(10, start + ATOMIC_BYTES - 1) + 1;
  return last > start ? last : bytes.indexOf(10, start) + 1 || bytes.length;
}

/** @returns what did not fit; `undefined` where nobody will ever read it */
function put(bytes: Buffer): Buffer | undefined {
  const written = writeNow(bytes);
  return written === undefined ? undefined : bytes.subarray(written);
}

/** @param torn the first line is written in part, so that its rest has to follow */
function keep(bytes: Buffer, torn: boolean): void {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start) + 1 || bytes.length;
    // Once a line is missing the next ones are dropped as well, until all is written: one gap, and told in its place.
    const fits = dropped === 0 && waitingBytes + end - start <= KEPT_BYTES;
    if (fits || (torn && start === 0)) push(Buffer.from(bytes.subarray(start, end)));
    else dropped += 1;
    start = end;
  }
  if (waiting.length === 0) tellDropped(true);
  if (!atEnd) atExit(writeLast);
  atEnd = true;
  if (lastUntil !== undefined) return writeLast();
  timer ??= setTimeout(tryAgain, NEXT_TRY_MS).unref();
}

function push(line: Buffer): void {
  waiting.push(line);
  waitingBytes += line.length;
}

function writeWaiting(): void {
  for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
    // At the end what the application has on its way stays there, and there is nothing left to wait for.
    if (lastUntil === undefined && isBusy()) return;
    const rest = put(line);
    if (rest === undefined) return forget();
    waitingBytes -= line.length - rest.length;
    if (rest.length > 0) {
      waiting[0] = rest;
      return;
    }
    waiting.shift();
    if (waiting.length === 0) tellDropped(line.at(-1) === 10);
  }
}

function tellDropped(atStart: boolean): void {
  if (dropped === 0) return;
  push(
    Buffer.from(
      `${atStart ? "" : "\n"}mcp-otelkit: ${dropped} lines were dropped, since nobody read stderr\n`,
    ),
  );
  dropped = 0;
}

function forget(): void {
  waiting = [];
  waitingBytes = 0;
  dropped = 0;
}

function tryAgain(): void {
  timer = undefined;
  writeWaiting();
  if (waiting.length > 0) timer = setTimeout(tryAgain, NEXT_TRY_MS).unref();
}

/** The process ends: whoever is reading gets the rest, and nobody else holds it up. */
function writeLast(): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  let moved = performance.now();
  lastUntil ??= moved + LAST_MS;
  for (let now = moved; now < lastUntil && now - moved < LAST_PAUSE_MS; now = performance.now()) {
    const before = waitingBytes;
    writeWaiting();
    if (waiting.length === 0) return;
    if (waitingBytes === before) Atomics.wait(clock, 0, 0, STEP_MS);
    else moved = now;
  }
}
