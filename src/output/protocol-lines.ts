/** A part of a write: a line with its end, or a piece of a line. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Not part of the protocol. */
  readonly stray: boolean;
  /** Too short to classify: the next text decides for all such pieces before it. */
  readonly undecided: boolean;
  /** It continues the text before it; where it does not, the undecided text before it is stray. */
  readonly joins: boolean;
}

type Verdict = Pick<Piece, "stray" | "undecided" | "joins">;

const STRAY: Verdict = { stray: true, undecided: false, joins: false };

/** Reads the writes to one stream; a line may come in several writes. */
export interface LineReader {
  /**
   * @param text the content of one write; bytes as latin1, since only ASCII is examined
   * @returns its pieces, or `undefined` where it is one message, one line
   */
  read(text: string): readonly Piece[] | undefined;
}

/**
 * Separates JSON-RPC lines from other output, by content only. The writer does not decide: an application may write a
 * message itself, and a span exporter may print to the console while the transport sends.
 */
export function createLineReader(): LineReader {
  /** The beginning of a line that can still become a message. */
  let unfinished = "";

  function judge(piece: string, whole: boolean): Verdict {
    // First without the text before it: a complete message must not suffer from a loose `{` of other output.
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
    // The unfinished line is not a message; this piece may begin one.
    unfinished = "";
    return judge(piece, false);
  }

  return {
    read(text) {
      // The SDK's own transports always write this: one message, one line, one write.
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

/** A longer line is not parsed: only its ends are examined. */
const LONG = 32_768;
/** How much of each end is examined. */
const WINDOW = 512;

/** An object, or a batch of them. `[debug] {…}` and `{ a: 1 }`, as `console.log` writes objects, are neither. */
const START = /^\s*(?:\[\s*)?\{\s*"/;
const END = /\}\s*\]?\s*$/;

/** `"jsonrpc"` before the large part of a message, as most libraries write it. */
const HEAD =
  /^\s*(?:\[\s*)?\{\s*(?:"(?:id|method)"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\d.eE+-]+|null)\s*,\s*)*"jsonrpc"\s*:\s*"2\.0"/;
/** And behind it, as the SDKs write it: `{"result":{…},"jsonrpc":"2.0","id":1}`. */
const TAIL =
  /"jsonrpc"\s*:\s*"2\.0"\s*(?:,\s*"(?:id|method)"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\d.eE+-]+|null)\s*)*\}\s*\]?\s*$/;

/** Whether a whole line is a message. Cheap for messages of any size; only unusual lines are parsed, and only short ones. */
function isMessage(line: string): boolean {
  const head = line.slice(0, WINDOW);
  const tail = line.slice(-WINDOW);
  if (!START.test(head) || !END.test(tail) || /^\s*\[/.test(head) !== /\]\s*$/.test(tail)) return false;
  if (HEAD.test(head) || TAIL.test(tail)) return true;
  // A message that is wrongly called stray gets lost; a stray line that is wrongly called a message goes out as it
  // would without mcp-otelkit.
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
    return undefined; // it is not JSON, so it is not a message
  }
}

/** The names a JSON-RPC message can begin with. */
const BEGINNINGS = ["jsonrpc", "id", "method", "params", "result", "error"].map((name) => `{"${name}":`);

/** The longest line that has not reached the end of its first name. */
const OPEN = 64;

/**
 * Whether an unfinished line can still become a message. `open`: it has not reached the end of its first name, and a
 * `[` may also begin a progress bar. `likely`: it has; text that is sent cannot be taken back.
 */
function outlook(text: string): "none" | "open" | "likely" {
  const start = text.slice(0, OPEN).replaceAll(/\s+/g, "");
  const object = start.startsWith("[") ? start.slice(1) : start;
  if (BEGINNINGS.some((beginning) => object.startsWith(beginning))) return "likely";
  if (start === "" || text.length > OPEN) return "none";
  return BEGINNINGS.some((beginning) => beginning.startsWith(object)) ? "open" : "none";
}

/** Both ends of a line that is longer than what is examined. */
function squeeze(line: string): string {
  return line.length > LONG ? line.slice(0, LONG / 2) + line.slice(-LONG / 2) : line;
}
