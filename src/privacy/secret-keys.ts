/**
 * Names under which secrets are kept, in data and in running text alike. Read word by word, so that `max_tokens`,
 * `keyboard` and `secretary` stay what they are.
 */

import { plainLetters } from "./plain-letters.ts";

interface KeyLook {
  /** Letters without which the look is not there: asked first and for all rows at once, as most names are innocent. */
  readonly hint: string;
  /** Asked of the name in lower case with `_` between its words. */
  readonly look: RegExp;
}

const KEY_LOOKS: readonly KeyLook[] = [
  { hint: "pass", look: /passw|passphrase|passcode|^pass$|(?:db|user|admin|root|smtp|mail|auth)_?pass$/ },
  { hint: "pwd", look: /(?:^|_)pwd(?:_|$)/ },
  { hint: "secret", look: /(?:^|_)secret(?!ar)|secrets?(?:_|$)/ },
  // Not that of a page, which is a place in a list.
  { hint: "token", look: /(?<!page_?|continuation_?|cursor_?)token(?:_(?:value|secret|string|hash))?$/ },
  { hint: "tokens", look: /(?:^|_)(?:access|auth|refresh|api|id|session|bearer|csrf|xsrf)_?tokens$/ },
  {
    hint: "key",
    look: /(?:api|access|private|secret|encryption|signing|master|ssh|account|shared|service|client|auth|deploy|session|storage|subscription|functions?|license)_?keys?(?:_|$)/,
  },
  { hint: "auth", look: /(?:^|_)authorization(?:_(?:header|code))?$|(?:^|_)auth(?:_?(?:code|header))?$/ },
  { hint: "verifier", look: /code_?verifier$/ },
  { hint: "cookie", look: /(?:^|_)cookies?(?:_header)?$/ },
  { hint: "sess", look: /sess(?:ion)?_?(?:id|key|token)s?$/ },
  { hint: "sid", look: /^(?:connect_)?sid$/ },
  { hint: "cred", look: /credential|(?:^|_)creds?(?:_|$)/ },
  { hint: "bearer", look: /(?:^|_)bearer(?:_|$)/ },
  { hint: "ssn", look: /(?:^|_)ssn(?:_|$)/ },
  { hint: "social", look: /social_?security/ },
  { hint: "card", look: /card_?(?:num|number|no)(?:_|$)|(?:credit|debit)_?card$/ },
  { hint: "cc", look: /(?:^|_)cc_?(?:num|number|no)$|(?:^|_)ccn$/ },
  { hint: "cv[vc]|csc", look: /(?:^|_)(?:card_?)?(?:cvv2?|cvc2?|csc)(?:_|$)/ },
  { hint: "security", look: /security_?code$/ },
  { hint: "otp|mfa|pin", look: /(?:^|_)(?:t?otp|mfa_?code|pin_?(?:code|number))(?:_|$)/ },
  { hint: "pin", look: /^pin$|(?:^|_)(?:user|card|atm|sim|device|account|login|bank)_?pin$/ },
  { hint: "mnemonic|phrase", look: /(?:^|_)mnemonics?(?:_|$)|(?:seed|recovery|secret|backup)_?phrase/ },
  { hint: "recovery|backup", look: /(?:recovery|backup)_?codes?$/ },
  { hint: "iban|number", look: /(?:^|_)(?:iban|(?:account|routing)_?number)(?:_|$)/ },
  { hint: "sig", look: /^sig$|(?:amz|goog)_signature$/ },
];

const HINT = new RegExp(KEY_LOOKS.map(({ hint }) => hint).join("|"), "i");
/** No name of a secret is longer; what is longer is judged by its end, where the noun stands. */
const MAX_KEY_LENGTH = 128;

/** Whether a value under this name is a secret by its name alone. */
export function isSecretKey(key: string): boolean {
  const shown =
    plainLetters(key.length > 2 * MAX_KEY_LENGTH ? key.slice(-2 * MAX_KEY_LENGTH) : key)?.text ?? key;
  const end = shown.length > MAX_KEY_LENGTH ? shown.slice(-MAX_KEY_LENGTH) : shown;
  if (!HINT.test(end)) return false;
  const words = end
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_/, "")
    .toLowerCase();
  return KEY_LOOKS.some(({ look }) => look.test(words));
}

/** Names whose value is the rest of the line: schemes, pairs and blanks are part of it. */
const WHOLE_LINE = /authorization|cookie|mnemonic|phrase/i;

/** `name=`, `"name":`, `<name>`, `Two words:` and the like. Tried once per run of name characters, or many runs would cost their square. */
const ASSIGNMENT =
  /(?<![\w.-])-{0,2}([A-Za-z_][\w.-]*(?: [A-Za-z][\w-]*)?)(?:\\{0,7}["'])?[ \t]{0,8}[=:>]{1,2}[ \t]{0,8}/g;
/** `--name value`, as on a command line, or as a list of its words. */
const FLAG = /(?<![\w.-])--([A-Za-z][\w-]*)(?:[ \t]{1,8}(?=[^\s-])|\\{0,7}["'],\s{0,8}(?=\\{0,7}["']))/g;
/** `"name": "x", "value":`, as headers and environment variables are listed, in JSON, YAML and XML. */
const NAMED_VALUE =
  /(?<![\w.-])(?:name|key|k|header|field|variable|param|parameter|property)\\{0,7}["']?\s{0,8}[:=]\s{0,8}\\{0,7}["']?([\w.-]{1,128})\\{0,7}["']?\s{0,16}[,;]?\s{0,16}\\{0,7}["']?(?:value|val|v)\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}/gi;
/** `["name", "value"]` */
const PAIR = /\[\s{0,8}\\{0,7}["']([\w.-]{1,128})\\{0,7}["']\s{0,8},\s{0,8}/g;

/** The value after an assignment: what is between quotes, which stay and may be escaped, else a word. */
const QUOTED = /(")(?:[^"\\\n]|\\.)+|(')(?:[^'\\\n]|\\.)+|(\\{1,7}["'])(?:(?!(?<!\\)\3)[^\n])+/y;
const LINE = /[^\n\r"'<]+/y;
const WORD = /[^\s"',;&<]+/y;

/** Calls `found` with the place of every value that follows the name of a secret in running text. */
export function findAssignedSecrets(text: string, found: (start: number, end: number) => void): void {
  for (const pattern of [ASSIGNMENT, FLAG, NAMED_VALUE, PAIR]) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const key = match[1] ?? "";
      if (!isSecretPhrase(key)) continue;
      const at = pattern.lastIndex;
      const value =
        matchAt(QUOTED, text, at) ??
        matchBrackets(text, at) ??
        (pattern === ASSIGNMENT ? matchBlock(text, match.index, at) : undefined) ??
        matchAt(WHOLE_LINE.test(key) ? LINE : WORD, text, at);
      if (value === undefined) continue;
      if (COMPLAINT.test(key) && PLAIN_WORD.test(text.slice(value.start, value.end))) continue;
      found(value.start, value.end);
      pattern.lastIndex = value.end;
    }
  }
}

/** What a message about a token begins with; what follows it may be the token or the message. */
const COMPLAINT = /^(?:invalid|unexpected|expired|missing|unknown|bad|wrong|illegal|malformed|unsupported) /i;
const PLAIN_WORD = /^[a-z]+$/;

/** Of two words the second is the noun (`access token`), or both are one (`api key`); a `password policy` is none. */
function isSecretPhrase(phrase: string): boolean {
  const [first = "", second] = phrase.split(" ");
  if (second === undefined) return isSecretKey(first);
  return isSecretKey(second) || (isSecretKey(phrase) && !isSecretKey(first));
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function matchAt(pattern: RegExp, text: string, at: number): Place | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const quote = match[1] ?? match[2] ?? match[3] ?? "";
  return { start: at + quote.length, end: at + match[0].length };
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
