/** Whole lines of a byte stream, in their own bytes, for those who look at them on the way. */

const NEWLINE = 0x0a;

/** A message beyond this is passed on unread: to keep it would cost its size in memory, and to parse it several times that. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** A stretch of the stream. All pieces together are the stream. */
export interface Piece {
  readonly bytes: Buffer;
  /** `line`: a whole one, its newline included. `part`: of a line that is too long, or that no newline ends. */
  readonly kind: "line" | "part";
}

export interface LineSplitter {
  /** @returns what is complete by now, in the order of the stream */
  push(chunk: Buffer): Piece[];
  /** The stream is over. @returns what no newline has ended */
  end(): Piece[];
  /** How many bytes of an unfinished line are kept. */
  readonly kept: number;
}

/** A line that was too long to be kept, and has ended. */
export interface LongLine {
  /** Its first bytes, and its last ones: enough to see what kind of message it is. */
  readonly head: Buffer;
  readonly tail: Buffer;
}

const EDGE_BYTES = 512;

/** @param limit the longest line that is kept whole @param tooLong is called once for each line that is longer, at its end */
export function createLineSplitter(
  limit: number = MAX_LINE_BYTES,
  tooLong: (line: LongLine) => void = () => undefined,
): LineSplitter {
  let chunks: Buffer[] = [];
  let kept = 0;
  /** Of a line that is too long: the rest of it passes. */
  let passing: { head: Buffer; tail: Buffer } | undefined;

  function follow(line: { head: Buffer; tail: Buffer }, bytes: Buffer): void {
    if (line.head.length < EDGE_BYTES) line.head = Buffer.concat([line.head, bytes.subarray(0, EDGE_BYTES)]);
    line.tail = Buffer.concat([line.tail, bytes.subarray(-EDGE_BYTES)]).subarray(-EDGE_BYTES);
  }

  function over(): void {
    if (passing !== undefined) tooLong(passing);
    passing = undefined;
  }

  function take(last: Buffer): Buffer {
    const bytes = chunks.length === 0 ? last : Buffer.concat([...chunks, last], kept + last.length);
    chunks = [];
    kept = 0;
    return bytes;
  }

  return {
    push(chunk) {
      const pieces: Piece[] = [];
      let start = 0;
      while (start < chunk.length) {
        const newline = chunk.indexOf(NEWLINE, start);
        const end = newline === -1 ? chunk.length : newline + 1;
        const bytes = chunk.subarray(start, end);
        start = end;
        if (passing === undefined && kept + bytes.length > limit) {
          passing = { head: Buffer.alloc(0), tail: Buffer.alloc(0) };
          // What was kept is passed on as it is, not copied together first.
          for (const part of chunks) {
            pieces.push({ bytes: part, kind: "part" });
            follow(passing, part);
          }
          chunks = [];
          kept = 0;
        }
        if (passing !== undefined) {
          pieces.push({ bytes, kind: "part" });
          follow(passing, bytes);
          if (newline !== -1) over();
        } else if (newline === -1) {
          chunks.push(bytes);
          kept += bytes.length;
        } else {
          pieces.push({ bytes: take(bytes), kind: "line" });
        }
      }
      return pieces;
    },
    end() {
      over();
      return kept === 0 ? [] : [{ bytes: take(Buffer.alloc(0)), kind: "part" }];
    },
    get kept() {
      return kept;
    },
  };
}
