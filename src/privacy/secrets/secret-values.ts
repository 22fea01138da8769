/** Where a value begins and ends, in whatever language or format a text is. What is not seen as part of a value is left in clear. */

export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface ValueForm {
  /** Schemes, pairs and blanks are part of it. */
  readonly wholeLine?: boolean;
  /** Where its name stands, if the value may be a block of lines below that. */
  readonly name?: number;
  /** Nothing but a word ends it: on a command line. */
  readonly oneWord?: boolean;
}

/** A value that begins here: what is between quotes, which stay and may be escaped, between brackets, in a block, else in words. */
export function valueAt(
  text: string,
  from: number,
  { wholeLine, name, oneWord }: ValueForm,
): Place | undefined {
  const isSpaced = oneWord !== true && /[ \t]/.test(text.charAt(from - 1));
  const at = isSpaced ? after(DECORATION, text, from) : from;
  return (
    matchQuoted(text, at) ??
    matchExpression(text, at) ??
    (text[at - 1] === ">" ? undefined : matchAt(ANGLED, text, at)) ??
    matchBrackets(text, at) ??
    (name === undefined ? undefined : matchBlock(text, name, at)) ??
    matchWords(wholeLine === true ? LINE : isSpaced ? PHRASE : WORD, text, at)
  );
}

function matchWords(pattern: RegExp, text: string, at: number): Place | undefined {
  const words = matchAt(pattern, text, at);
  if (words === undefined) return undefined;
  // The last of them may be a name, `b="…"`: nobody would see it again, so its value is taken as well.
  const isNamed = /[=:]$/.test(text.slice(Math.max(words.start, words.end - 8), words.end).trimEnd());
  const quoted = isNamed ? matchQuoted(text, words.end) : undefined;
  return { start: words.start, end: quoted?.end ?? words.end };
}

/** Tags and anchors of YAML: `!!str`, `&name`. */
const DECORATION = /(?:(?:![\w!:/.<>-]{0,64}|&[\w-]{1,64})[ \t]{1,8}){0,2}/y;
/** What stands before a quote in Python, C, C#, Rust and Go: `b'…'`, `u8"…"`, `@"…"`, `r#"…"#`. */
const LITERAL = /(?:(?:[bBuUrRfFlLnN]{1,2}|u8|[@$&*]{1,2}|b?r#{1,3})(?=\\{0,7}["'`]))?/y;
const QUOTED =
  /(""")(?:(?!""")[^])+|(''')(?:(?!''')[^])+|(")(?:[^"\\\n]|\\.)+|(')(?:[^'\\\n]|\\.)+|(`)(?=[^\s`])(?:[^`\\\n]|\\.)+|(?<escaped>\\{1,7}["'])(?:(?!(?<!\\)\k<escaped>)[^\n])+/y;
const LINE = /(?:[^\n\r"'<]|(?<=\w)["'](?=\w))+/y;

/** `<…>` behind a sign, where it is no tag's. */
const ANGLED = /<[^<>\n/][^<>\n]{0,256}>/y;

/** The next name, and with it the end of a value. */
const NAME = String.raw`[\w.-]{1,64}\\{0,7}["']?[ \t]{0,4}`;
/** A sign that separates, or is part of a password: that depends on whether a name follows. */
const IN_WORD = String.raw`(?:[^\s"'${"`"},;&<]|(?<=\\)[ \t](?=[^\s"'])|<(?![/!?]|[A-Za-z][^<>\n]{0,128}>)|(?<=\w)["'${"`"}](?=\w)|,(?=[^\s"',;&<])(?!${NAME}[=:])|[;&](?=[^\s"',;&<])(?!${NAME}=))`;
const WORD = new RegExp(`${IN_WORD}+`, "y");
/** Where blanks stand around the sign, as in headers and files of settings, blanks may be in the value: it ends before a name, a flag, a bracket. */
const PHRASE = new RegExp(
  String.raw`${IN_WORD}+(?:(?<![)\]}])[,;]?[ \t]{1,8}(?!--?[A-Za-z]|${NAME}[=:])${IN_WORD}+)*`,
  "y",
);

/** The end of a string and the beginning of its other half: `"…" + "…"`, and the doubled quotes of SQL and CSV. */
const JOINED = /(["'`])(?:[ \t]{0,8}[+.&][ \t]{0,8}\1|\1(?=\w))/y;

function matchQuoted(text: string, at: number): Place | undefined {
  const first = matchAt(QUOTED, text, after(LITERAL, text, at));
  if (first === undefined) return undefined;
  let { end } = first;
  for (let next = after(JOINED, text, end); next > end; next = after(JOINED, text, end))
    end = matchAt(QUOTED, text, next - 1)?.end ?? next;
  return { start: first.start, end };
}

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function matchAt(pattern: RegExp, text: string, at: number): Place | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const quote = match.slice(1).find((group) => group !== undefined) ?? "";
  return { start: at + quote.length, end: at + match[0].length };
}

/** What is called or made, up to its bracket: `Some("…")`, `[]byte("…")`, `new Secret("…")`, `("…")`. */
const CALLED = /(?:new )?(?:(?:[\w.:$*&-]|\[\w{0,32}\]|<\w{0,32}>){1,64}(?=[({])|(?=\())/y;
const CALL_BRACKETS = /[{}()]|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'/g;
/** No call is looked through further, or many that have no end would take time by the square. */
const MAX_CALL = 1024;

function matchExpression(text: string, at: number): Place | undefined {
  CALLED.lastIndex = at;
  if (!CALLED.test(text)) return undefined;
  const open = CALLED.lastIndex;
  const seen = text.slice(open, open + MAX_CALL);
  let depth = 0;
  CALL_BRACKETS.lastIndex = 0;
  for (let match = CALL_BRACKETS.exec(seen); match !== null; match = CALL_BRACKETS.exec(seen)) {
    if (match[0] === "(" || match[0] === "{") depth++;
    else if (match[0] === ")" || match[0] === "}") depth--;
    // What follows without a blank is part of it, `.to_string()` as well as the rest of a password with brackets.
    if (depth === 0) return { start: at, end: after(WORD, text, open + CALL_BRACKETS.lastIndex) };
  }
  return matchQuoted(text, open + 1);
}

/** The head of a YAML block, or nothing at all where the value stands on the lines below. */
const BLOCK_HEAD = /(?:[|>][-+\d]{0,2})?[ \t]{0,8}\r?\n/y;
const INDENTATION = /[ \t-]*/y;

/** A value on lines of its own, in YAML: those that are further in than the name. */
function matchBlock(text: string, name: number, at: number): Place | undefined {
  BLOCK_HEAD.lastIndex = at;
  if (!BLOCK_HEAD.test(text)) return undefined;
  const start = BLOCK_HEAD.lastIndex;
  const indentation = indentationAt(text, start);
  if (indentation <= indentationAt(text, text.lastIndexOf("\n", name) + 1)) return undefined;
  let end = start;
  while (end < text.length && (isBlank(text, end) || indentationAt(text, end) >= indentation)) {
    const line = text.indexOf("\n", end);
    end = line === -1 ? text.length : line + 1;
  }
  const first = start + indentation;
  return first < end ? { start: first, end: text[end - 1] === "\n" ? end - 1 : end } : undefined;
}

function indentationAt(text: string, at: number): number {
  INDENTATION.lastIndex = at;
  INDENTATION.test(text);
  return INDENTATION.lastIndex - at;
}

function isBlank(text: string, at: number): boolean {
  const end = at + indentationAt(text, at);
  return end < text.length && /[\r\n]/.test(text.charAt(end));
}

/** A list or an object in JSON or in code, from bracket to bracket: brackets within quotes do not count. */
function matchBrackets(text: string, at: number): Place | undefined {
  if (text[at] !== "{" && text[at] !== "[") return undefined;
  let open = 0;
  BRACKETS.lastIndex = at;
  for (let match = BRACKETS.exec(text); match !== null; match = BRACKETS.exec(text)) {
    if (match[0] === "{" || match[0] === "[") open++;
    else if (match[0] === "}" || match[0] === "]") open--;
    if (open === 0) return { start: at, end: BRACKETS.lastIndex };
  }
  return { start: at, end: text.length };
}

const BRACKETS = /[{}[\]]|"(?:[^"\\\n]|\\.)*"?/g;
