import type { Readable, Writable } from "node:stream";

/** Bytes on their way from one stream to another. */
export interface Passage {
  write(bytes: Buffer): void;
  /** Resolves when everything is written, or the reader is gone. */
  written(): Promise<void>;
}

/**
 * Keeps back pressure: while `to` has enough, `from` is not read. If the reader of `to` is gone, the writer of `from` finds its
 * pipe closed, as it would without anything between them.
 */
export function pass(from: Readable, to: Writable): Passage {
  let gone = false;
  let done: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    done = resolve;
  });
  const lost = (): void => {
    gone = true;
    from.destroy();
    done();
  };
  to.on("error", lost);
  from.on("error", () => undefined); // an end as any other: `close` follows
  to.on("drain", () => from.resume());
  return {
    write(bytes) {
      if (gone || to.writableEnded || bytes.length === 0) return;
      if (!to.write(bytes)) from.pause();
    },
    written: () =>
      Promise.race([
        over,
        new Promise<void>((resolve) => {
          if (gone || to.destroyed) resolve();
          else to.write("", () => resolve());
        }),
      ]),
  };
}
