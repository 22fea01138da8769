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

/** @param limit the longest line that is kept whole @param tooLong is called once for each line that is longer */
export function createLineSplitter(
  limit: number = MAX_LINE_BYTES,
  tooLong: () => void = () => undefined,
): LineSplitter {
  let chunks: Buffer[] = [];
  let kept = 0;
  /** Within a line that is too long: the rest of it passes. */
  let passing = false;

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
        if (!passing && kept + bytes.length > limit) {
          passing = true;
          tooLong();
          // What was kept is passed on as it is, not copied together first.
          pieces.push(...chunks.map((part): Piece => ({ bytes: part, kind: "part" })));
          chunks = [];
          kept = 0;
        }
        if (passing) {
          pieces.push({ bytes, kind: "part" });
          passing = newline === -1;
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
      passing = false;
      return kept === 0 ? [] : [{ bytes: take(Buffer.alloc(0)), kind: "part" }];
    },
    get kept() {
      return kept;
    },
  };
}
