/** Helpers for a scan through JavaScript: kinds of characters, and where a literal ends. */

const OTHER = 0;
export const SPACE = 1;
export const WORD = 2;
export const DIGIT = 3;

const KINDS = Uint8Array.from({ length: 128 }, (_none, code) => {
  const character = String.fromCharCode(code);
  if (/\s/.test(character)) return SPACE;
  if (/\d/.test(character)) return DIGIT;
  return /[\w$#\\]/.test(character) ? WORD : OTHER;
});

/** Other spaces: no-break space, the byte order mark, line and paragraph separator. */
const WIDE_SPACES: ReadonlySet<number> = new Set([0xa0, 0xfeff, 0x2028, 0x2029]);

export function kindOf(code: number): number {
  return code < 128 ? (KINDS[code] ?? OTHER) : WIDE_SPACES.has(code) ? SPACE : WORD;
}

const BACKSLASH = 92;
const NEWLINE = 10;

/** The end of the line, or of the text. */
export function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

/** Behind the closing quote; -1 where there is none on the line. */
export function endOfString(source: string, from: number, quote: number): number {
  for (let at = from; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === BACKSLASH) at += source.startsWith("\r\n", at + 1) ? 2 : 1;
    else if (code === NEWLINE) return -1;
  }
  return -1;
}

/** Behind the closing backtick or the next `${`; -1 where there is neither. */
export function endOfTemplate(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === 96) return at + 1;
    else if (code === 36 && source.charCodeAt(at + 1) === 123) return at + 2;
  }
  return -1;
}

/** Behind the closing slash; -1 where there is none on the line. */
export function endOfRegExp(source: string, from: number): number {
  let inClass = false;
  for (let at = from; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === NEWLINE) return -1;
    else if (code === 91) inClass = true;
    else if (code === 93) inClass = false;
    else if (code === 47 && !inClass) return at + 1;
  }
  return -1;
}
