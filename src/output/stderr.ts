import { atExit } from "./at-exit.ts";
import { isBusy, redirected, writeNow } from "./stderr-descriptor.ts";

/**
 * Writes to the descriptor, not through `process.stderr`: where the host does not read, `process.stderr` keeps all
 * output and delays the end of the process, and where the host has closed its end, it emits an error that has no
 * handler. Exception: a replaced `write` is used, since pm2 installs one in its cluster mode, where the descriptor
 * leads nowhere. The design of sonic-boom, without the thread pool: a write that blocks there delays the end of the
 * process as well.
 */

/**
 * The limit on waiting output: enough for a full batch of spans on the console while the host reads slowly. Beyond it
 * lines are dropped and counted.
 */
const KEPT_BYTES = 1 << 20;
const NEXT_TRY_MS = 100;
/** The size that a pipe takes whole or not at all, so that no other writer's output comes in between. */
const ATOMIC_BYTES = 4096;
/** When the process ends: how long a reader may pause, and how long it may take. */
const LAST_PAUSE_MS = 50;
const LAST_MS = 500;
const STEP_MS = 5;

/** Lines in order; the first may be partly written. */
let waiting: Buffer[] = [];
let waitingBytes = 0;
let dropped = 0;
let atEnd = false;
let timer: NodeJS.Timeout | undefined;
/** The deadline for the remaining output, from the process's `exit` on. */
let lastUntil: number | undefined;

/** Writes whole lines to stderr. Never throws, and never waits before the process ends. */
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
    // The report of a fault comes through here, so this one cannot be reported.
  }
}

let redirecting = false;

/** Writes through a replaced `write`. One that comes back here, for example through a logger, goes to the descriptor. */
function redirect(stream: NodeJS.WritableStream, content: string | Uint8Array): void {
  redirecting = true;
  try {
    stream.write(content);
  } finally {
    redirecting = false;
  }
}

/** The end of as many whole lines as a pipe takes at once, or of one longer line. */
function endOfPart(bytes: Buffer, start: number): number {
  if (bytes.length - start <= ATOMIC_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(10, start + ATOMIC_BYTES - 1) + 1;
  return last > start ? last : bytes.indexOf(10, start) + 1 || bytes.length;
}

/** @returns the part that did not fit; `undefined` where the reader is gone */
function put(bytes: Buffer): Buffer | undefined {
  const written = writeNow(bytes);
  return written === undefined ? undefined : bytes.subarray(written);
}

/** @param torn the first line is partly written, so its rest has to follow */
function keep(bytes: Buffer, torn: boolean): void {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start) + 1 || bytes.length;
    // Once a line is dropped, the next ones are dropped as well, until all is written: one gap, reported in its
    // place.
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
    // At the end of the process, an unfinished line of the application stays, and waiting would not help.
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
      `${atStart ? "" : "\n"}mcp-otelkit: ${dropped} lines were dropped, since stderr was not read\n`,
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

/** Writes the rest when the process ends, while a reader reads it; nothing else delays the end. */
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
