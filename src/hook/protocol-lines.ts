/** A part of a write: a line with its end, or the piece of a line that the write has. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Not of the protocol. */
  readonly stray: boolean;
}

/** Reads what is written to one stream, write by write, since a line may come in several. */
export interface LineReader {
  /**
   * @param text what one write holds; bytes as latin1, since everything that is looked at here is ASCII
   * @returns its pieces, or `undefined` where all of it is the protocol's
   */
  read(text: string): readonly Piece[] | undefined;
}

/**
 * Tells JSON-RPC lines from everything else, by content alone. Not by who writes: an application may well write a
 * message of its own, and what writes while the transport sends may be a span exporter that prints to the console.
 */
export function createLineReader(): LineReader {
  /** The beginning of a line that can still become a message. */
  let unfinished = "";

  function belongs(piece: string, whole: boolean): boolean {
    // First without what came before: a message that stands for itself is not to suffer for somebody's loose `{`.
    if (whole && isMessage(piece)) {
      unfinished = "";
      return true;
    }
    const line = squeeze(unfinished + piece);
    const good = whole ? unfinished !== "" && isMessage(line) : mayBecomeMessage(line);
    // A stray piece within a line leaves it unfinished: the rest of the message is still to come.
    if (good) unfinished = whole ? "" : line;
    else if (whole && unfinished !== "" && isJson(line)) unfinished = "";
    return good;
  }

  return {
    read(text) {
      // What the SDK's own transports write, always: one message, one line, one write.
      if (text.indexOf("\n") === text.length - 1 && text !== "" && unfinished === "" && isMessage(text))
        return undefined;
      const pieces: Piece[] = [];
      for (let start = 0; start < text.length;) {
        const newline = text.indexOf("\n", start);
        const end = newline === -1 ? text.length : newline + 1;
        pieces.push({ start, end, stray: !belongs(text.slice(start, end), newline !== -1) });
        start = end;
      }
      return pieces.some(({ stray }) => stray) ? pieces : undefined;
    },
  };
}

/** A line longer than this is not parsed but judged by its ends. */
const LONG = 32_768;
/** How much of an end is looked at. */
const WINDOW = 512;

/** An object, or a batch of them. `[debug] {…}` and `{ a: 1 }`, as `console.log` writes objects, are neither. */
const START = /^\s*(?:\[\s*)?\{\s*"/;
const END = /\}\s*\]?\s*$/;

/** `"jsonrpc"` before the part of a message that may be large, as most libraries have it. */
const HEAD =
  /^\s*(?:\[\s*)?\{\s*(?:"(?:id|method)"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\d.eE+-]+|null)\s*,\s*)*"jsonrpc"\s*:\s*"2\.0"/;
/** And behind it, as the SDKs have it: `{"result":{…},"jsonrpc":"2.0","id":1}`. */
const TAIL =
  /"jsonrpc"\s*:\s*"2\.0"\s*(?:,\s*"(?:id|method)"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\d.eE+-]+|null)\s*)*\}\s*\]?\s*$/;

/** Whether a whole line is a message. Cheap for messages of any size; only what looks odd is parsed, and only if short. */
function isMessage(line: string): boolean {
  const head = line.slice(0, WINDOW);
  const tail = line.slice(-WINDOW);
  if (!START.test(head) || !END.test(tail)) return false;
  if (HEAD.test(head) || TAIL.test(tail)) return true;
  // Wrongly called stray, a message would get lost; wrongly called a message, a line is what it was without us.
  if (line.length >= LONG) return line.includes('"jsonrpc"');
  const value = parse(line);
  return Array.isArray(value) ? value.length > 0 && value.every(saysJsonRpc) : saysJsonRpc(value);
}

function saysJsonRpc(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { jsonrpc?: unknown }).jsonrpc === "2.0";
}

function isJson(line: string): boolean {
  return line.length < LONG && parse(line) !== undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // which no JSON means: that it is none is the answer
  }
}

/** The names a JSON-RPC message can begin with. */
const BEGINNINGS = ["jsonrpc", "id", "method", "params", "result", "error"].map((name) => `{"${name}":`);

/** Whether an unfinished line can still become a message: decided at once, since what goes out cannot be taken back. */
function mayBecomeMessage(text: string): boolean {
  const start = text.slice(0, 64).replaceAll(/\s+/g, "");
  if (start === "[") return true;
  const object = start.startsWith("[{") ? start.slice(1) : start;
  return (
    object !== "" &&
    BEGINNINGS.some((beginning) => beginning.startsWith(object) || object.startsWith(beginning))
  );
}

/** Both ends of a line that grows beyond what is looked at. */
function squeeze(line: string): string {
  return line.length > LONG ? line.slice(0, LONG / 2) + line.slice(-LONG / 2) : line;
}
