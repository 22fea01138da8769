/** A part of a write: a line with its end, or the piece of a line that the write has. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Not of the protocol. */
  readonly stray: boolean;
  /** Too little to tell: what comes next decides, of all such pieces before it. */
  readonly undecided: boolean;
  /** It goes on with what came before; where it does not, what was undecided before it is stray. */
  readonly joins: boolean;
}

type Verdict = Pick<Piece, "stray" | "undecided" | "joins">;

const STRAY: Verdict = { stray: true, undecided: false, joins: false };

/** Reads what is written to one stream, write by write, since a line may come in several. */
export interface LineReader {
  /**
   * @param text what one write holds; bytes as latin1, since everything that is looked at here is ASCII
   * @returns its pieces, or `undefined` where it is one message, one line
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

  function judge(piece: string, whole: boolean): Verdict {
    // First without what came before: a message that stands for itself is not to suffer for somebody's loose `{`.
    if (whole && isMessage(piece)) {
      unfinished = "";
      return { stray: false, undecided: false, joins: false };
    }
    const joins = unfinished !== "";
    const wasOpen = outlook(unfinished) === "open";
    const line = squeeze(unfinished + piece);
    if (whole) {
      const good = joins && isMessage(line);
      // A stray piece within a line leaves it unfinished: the rest of the message is still to come.
      if (good || wasOpen || (joins && isJson(line))) unfinished = "";
      return good ? { stray: false, undecided: false, joins } : STRAY;
    }
    const prospect = outlook(line);
    if (prospect !== "none") {
      unfinished = line;
      return { stray: false, undecided: prospect === "open", joins };
    }
    if (!wasOpen) return STRAY;
    // What there was of the line is none; this piece may begin another.
    unfinished = "";
    return judge(piece, false);
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
        pieces.push({ start, end, ...judge(text.slice(start, end), newline !== -1) });
        start = end;
      }
      return pieces;
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
  if (!START.test(head) || !END.test(tail) || /^\s*\[/.test(head) !== /\]\s*$/.test(tail)) return false;
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

/** How long a line may be that has not come to its first name. */
const OPEN = 64;

/**
 * Whether an unfinished line can still become a message. `open`: it has not come to the end of its first name, and a `[`
 * begins a progress bar just as well. `likely`: it has, and what goes out cannot be taken back.
 */
function outlook(text: string): "none" | "open" | "likely" {
  const start = text.slice(0, OPEN).replaceAll(/\s+/g, "");
  const object = start.startsWith("[") ? start.slice(1) : start;
  if (BEGINNINGS.some((beginning) => object.startsWith(beginning))) return "likely";
  if (start === "" || text.length > OPEN) return "none";
  return BEGINNINGS.some((beginning) => beginning.startsWith(object)) ? "open" : "none";
}

/** Both ends of a line that grows beyond what is looked at. */
function squeeze(line: string): string {
  return line.length > LONG ? line.slice(0, LONG / 2) + line.slice(-LONG / 2) : line;
}
