import { fstatSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { Writable } from "node:stream";

/**
 * Writes to file descriptor 2, which belongs to the application: its mode must not change. When Node makes a stream
 * of a blocking pipe, the pipe becomes non-blocking, and from then on `fs.writeSync(2)` of the application throws
 * EAGAIN; but while the pipe blocks, a host that does not read would stop the server. So the mode is changed for one
 * write only, during which no other code of this thread runs.
 */

const NON_BLOCKING = 0o4000; // O_NONBLOCK on Linux

/** A stream of the descriptor, used only for its mode: nothing is written through it. */
interface ModeSwitch {
  setBlocking(blocking: boolean): unknown;
}

let modeSwitch: ModeSwitch | undefined;
/** Once non-blocking, the descriptor stays so, and making a stream of it changes nothing. */
let blocks: boolean | undefined;

/** Whether the descriptor is a blocking pipe or socket, so that `process.stderr` must not be accessed. */
export function isBlocking(): boolean {
  if (blocks === false) return false;
  try {
    const kind = fstatSync(2);
    blocks = (kind.isFIFO() || kind.isSocket()) && hasBlockingMode();
    if (blocks) modeSwitch ??= createModeSwitch();
  } catch {
    blocks = false; // where the mode cannot be read or changed, a stream is made of it
  }
  return blocks;
}

/** Only Linux shows the mode. */
function hasBlockingMode(): boolean {
  const [, flags = ""] = /^flags:\s*([0-7]+)/m.exec(readFileSync("/proc/self/fdinfo/2", "latin1")) ?? [];
  return flags !== "" && (Number.parseInt(flags, 8) & NON_BLOCKING) === 0;
}

function createModeSwitch(): ModeSwitch {
  // Loaded here: few processes need it, and every process pays for a top-level import.
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
 * Writes as much as fits, without waiting.
 * @returns the number of bytes; `undefined` where the reader is gone
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

/** The stream of the descriptor, where the application or its process manager has replaced `write`. */
export function redirected(): Writable | undefined {
  if (isBlocking()) return undefined; // no code has made a stream of it yet
  const { stderr } = process;
  return stderr.write === Writable.prototype.write ? undefined : stderr;
}

/** Whether a line of the application is being written, which must not be interrupted. */
export function isBusy(): boolean {
  return !isBlocking() && process.stderr.writableLength > 0;
}
