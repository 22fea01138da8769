import { fstatSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { Writable } from "node:stream";

/**
 * File descriptor 2, which is the application's: its mode stays what it is. A pipe that blocks becomes one that does not when Node makes
 * a stream of it, and from then on `fs.writeSync(2)` of the application throws EAGAIN; but as long as it blocks, a host that does not read
 * would stop the server. So the mode is borrowed for one write, within which no other code of this thread runs.
 */

const NON_BLOCKING = 0o4000; // O_NONBLOCK on Linux

/** A stream of the descriptor, for its mode alone: nothing is ever written through it. */
interface ModeSwitch {
  setBlocking(blocking: boolean): unknown;
}

let modeSwitch: ModeSwitch | undefined;
/** Once it does not block it stays so, and a stream of it changes nothing any more. */
let blocks: boolean | undefined;

/** Whether it is a pipe or a socket that blocks, so that `process.stderr` must not be asked for. */
export function isBlocking(): boolean {
  if (blocks === false) return false;
  try {
    const kind = fstatSync(2);
    blocks = (kind.isFIFO() || kind.isSocket()) && hasBlockingMode();
    if (blocks) modeSwitch ??= createModeSwitch();
  } catch {
    blocks = false; // where the mode cannot be known or not be borrowed, a stream is made of it
  }
  return blocks;
}

/** Linux tells; elsewhere nothing does. */
function hasBlockingMode(): boolean {
  const [, flags = ""] = /^flags:\s*([0-7]+)/m.exec(readFileSync("/proc/self/fdinfo/2", "latin1")) ?? [];
  return flags !== "" && (Number.parseInt(flags, 8) & NON_BLOCKING) === 0;
}

function createModeSwitch(): ModeSwitch {
  // Loaded here: few processes come by, and every one pays for what is imported.
  const { Socket } = createRequire(import.meta.url)("node:net") as typeof import("node:net");
  const socket = new Socket({ fd: 2, readable: false, writable: true });
  socket.unref();
  const { _handle: handle } = socket as unknown as { _handle: ModeSwitch };
  handle.setBlocking(true); // making it has changed the mode
  // Held for ever: were the stream collected, the descriptor might be closed with it.
  held.push(socket);
  return handle;
}
const held: unknown[] = [];

/**
 * Writes as much as there is room for, without waiting.
 * @returns how many bytes; `undefined` where nobody will ever read them
 */
export function writeNow(bytes: Uint8Array): number | undefined {
  let written = 0;
  const borrowed = isBlocking() ? modeSwitch : undefined;
  borrowed?.setBlocking(false);
  try {
    while (written < bytes.length) written += writeSync(2, bytes, written);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return undefined;
  } finally {
    borrowed?.setBlocking(true);
  }
  return written;
}

/** The stream of it where the application, or a process manager for it, has put a `write` of its own there. */
export function redirected(): Writable | undefined {
  if (isBlocking()) return undefined; // nobody has made a stream of it yet
  const { stderr } = process;
  return stderr.write === Writable.prototype.write ? undefined : stderr;
}

/** Whether a line of the application's is on its way, into which nothing may be written. */
export function isBusy(): boolean {
  return !isBlocking() && process.stderr.writableLength > 0;
}
