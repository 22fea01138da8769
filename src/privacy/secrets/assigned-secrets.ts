/** Values in running text that something beside them says are secrets: their name before a sign, in a neighbour, or as the item before. */

import { findListed } from "./listed-secrets.ts";
import { findNamedValues } from "./named-values.ts";
import { isSecretPhrase } from "./secret-keys.ts";
import { valueAt } from "./secret-values.ts";

/** `name=`, `"name":`, `<name>`, `Two words:` and the like. Tried once per run of name characters, or many runs would cost their square. */
const ASSIGNMENT =
  /(?<![\w.-])-{0,2}([A-Za-z_][\w.-]*(?: [A-Za-z][\w-]*)?)(?:\\{0,7}["'])?[ \t]{0,8}(?:[!~?+|&]{0,2}[=:>]{1,3}|<-)[ \t]{0,8}/g;
/** `--name value`, as on a command line, or as a list of its words. */
const FLAG = /(?<![\w.-])--([A-Za-z][\w-]*)(?:[ \t]{1,8}(?=[^\s-])|\\{0,7}["'],\s{0,8}(?=\\{0,7}["']))/g;

/** Names whose value is the rest of the line. */
const WHOLE_LINE = /authorization|cookie|mnemonic|phrase/i;
/** What a message about a token begins with, or says where it is; what follows it may be the token or the message. */
const COMPLAINT =
  /^(?:invalid|unexpected|expired|missing|unknown|bad|wrong|illegal|malformed|unsupported|expected) |^(?:of|at|near|before|after|on) token$/i;
const PLAIN_WORD = /^[a-z]+(?![^\s,.;:])/;

/** Calls `found` with the place of every value that is named a secret in running text. */
export function findAssignedSecrets(text: string, found: (start: number, end: number) => void): void {
  for (const pattern of [ASSIGNMENT, FLAG]) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const key = match[1] ?? "";
      if (!isSecretPhrase(key)) continue;
      const value = valueAt(text, pattern.lastIndex, {
        wholeLine: WHOLE_LINE.test(key),
        ...(pattern === FLAG ? { oneWord: true } : { name: match.index }),
      });
      if (value === undefined) continue;
      if (COMPLAINT.test(key) && PLAIN_WORD.test(text.slice(value.start, value.end))) continue;
      found(value.start, value.end);
      pattern.lastIndex = value.end;
    }
  }
  findNamedValues(text, found);
  findListed(text, found);
}
