import { DIGIT, endOfLine, endOfRegExp, endOfString, endOfTemplate, kindOf, SPACE, WORD } from "./scan.ts";

/** The body of a class in a source text. */
export interface ClassBody {
  /** Right after its `{`, and at its `}`. */
  readonly start: number;
  readonly end: number;
  /** The names of its methods and accessors. Bundlers and minifiers rename variables, never these. */
  readonly methods: readonly string[];
}

/** An open bracket: its closing bracket, the word before it, and, for a class, what was found in it. */
interface Bracket {
  readonly closes: string;
  readonly wordAt: number;
  readonly wordEnd: number;
  readonly template?: boolean;
  readonly start?: number;
  readonly methods?: string[];
}

type Token = "operator" | "value" | "word" | "group" | "block" | "dot";

/** After these words an expression begins, so a slash begins a regular expression. */
const BEFORE_EXPRESSION =
  /^(?:return|typeof|case|do|else|in|instanceof|new|void|delete|throw|yield|await|default|extends)$/;
/** After the parentheses of these a statement begins. */
const BEFORE_STATEMENT = /^(?:if|while|for|with)$/;

/**
 * Finds every class in a source text, or returns `undefined` where its brackets do not match.
 *
 * A scanner and not a parser: it only has to tell code from strings, comments, templates and regular expressions, and
 * to pair brackets. A parser takes several times as long, while a server starts.
 */
export function classBodies(source: string): ClassBody[] | undefined {
  const found: ClassBody[] = [];
  const open: Bracket[] = [];
  const { length } = source;
  let at = source.startsWith("#!") ? endOfLine(source, 0) : 0;
  let last: Token = "operator";
  /** The last word, and whether it is the name of a property. */
  let wordAt = 0;
  let wordEnd = 0;
  let property = false;
  /** The word before the parentheses that were closed last. */
  let groupedAt = 0;
  let groupedEnd = 0;
  /** How many brackets were open at a word `class` whose body has not begun. */
  let awaiting = -1;

  const word = (): string => (last === "word" && !property ? source.slice(wordAt, wordEnd) : "");
  const divides = (): boolean =>
    last === "word"
      ? !BEFORE_EXPRESSION.test(word())
      : last === "group"
        ? !BEFORE_STATEMENT.test(source.slice(groupedAt, groupedEnd))
        : last === "value";
  /** The rest of a template up to its end or its next `${`. */
  function template(from: number): boolean {
    at = endOfTemplate(source, from);
    const inside = source[at - 1] === "{";
    if (inside) open.push({ closes: "}", wordAt: 0, wordEnd: 0, template: true });
    last = inside ? "operator" : "value";
    return at > 0;
  }

  while (at < length) {
    const code = source.charCodeAt(at);
    const kind = kindOf(code);
    if (kind === SPACE) {
      at += 1;
      continue;
    }
    if (kind === WORD || kind === DIGIT) {
      const from = at;
      property = last === "dot";
      do at += 1;
      while (at < length && continues(kind, source.charCodeAt(at)));
      last = kind === WORD ? "word" : "value";
      if (kind === DIGIT) continue;
      wordAt = from;
      wordEnd = at;
      if (wordEnd - wordAt === 5 && !property && source.startsWith("class", wordAt)) awaiting = open.length;
      continue;
    }
    const character = source[at] ?? "";
    switch (character) {
      case '"':
      case "'":
        at = endOfString(source, at + 1, code);
        if (at < 0) return undefined;
        last = "value";
        continue;
      case "`":
        if (!template(at + 1)) return undefined;
        continue;
      case "/": {
        const next = source[at + 1];
        if (next === "/") {
          at = endOfLine(source, at);
          continue;
        }
        if (next === "*") {
          at = source.indexOf("*/", at + 2) + 2;
          if (at < 2) return undefined;
          continue;
        }
        if (divides()) {
          last = "operator";
          break;
        }
        at = endOfRegExp(source, at + 1);
        if (at < 0) return undefined;
        last = "value";
        continue;
      }
      case "(":
      case "[": {
        if (awaiting === open.length && word() === "class") awaiting = -1; // a method of this name
        const named = character === "(" && last === "word" && !property;
        open.push({
          closes: character === "(" ? ")" : "]",
          wordAt: named ? wordAt : 0,
          wordEnd: named ? wordEnd : 0,
        });
        last = "operator";
        break;
      }
      case "{": {
        const around = open.at(-1);
        if (awaiting === open.length && last !== "operator") {
          open.push({ closes: "}", wordAt: 0, wordEnd: 0, start: at + 1, methods: [] });
          awaiting = -1;
        } else {
          if (last === "group" && groupedEnd > 0) around?.methods?.push(source.slice(groupedAt, groupedEnd));
          open.push({ closes: "}", wordAt: 0, wordEnd: 0 });
        }
        last = "operator";
        break;
      }
      case ")":
      case "]":
      case "}": {
        const closed = open.pop();
        if (closed?.closes !== character) return undefined;
        if (awaiting > open.length) awaiting = -1;
        if (closed.template === true) {
          if (!template(at + 1)) return undefined;
          continue;
        }
        if (closed.start !== undefined && closed.methods !== undefined)
          found.push({ start: closed.start, end: at, methods: closed.methods });
        if (character === ")") {
          groupedAt = closed.wordAt;
          groupedEnd = closed.wordEnd;
        }
        last = character === ")" ? "group" : character === "]" ? "value" : "block";
        break;
      }
      case ".":
        if (source.startsWith("...", at)) at += 2;
        last = source[at - 1] === "." ? "operator" : "dot";
        break;
      case "+":
      case "-":
        // `a++ / b` divides and `++/a/.lastIndex` does not: the pair leaves things as they were.
        if (source[at + 1] === character) at += 1;
        else last = "operator";
        break;
      default:
        // `{ class: x }`, `{ class, y }`: a name, no class.
        if (awaiting === open.length && last === "word" && wordEnd - wordAt === 5 && word() === "class")
          awaiting = -1;
        last = "operator";
    }
    at += 1;
  }
  return open.length === 0 ? found : undefined;
}

/** A number continues with letters, digits and dots, a word with letters and digits. */
function continues(kind: number, code: number): boolean {
  const next = kindOf(code);
  return next === WORD || next === DIGIT || (kind === DIGIT && code === 46);
}
