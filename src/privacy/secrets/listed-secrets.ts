/** `["name", "value"]` in running text: the item after a name, where a list is one of names and values, not of names alone. */

import { isNameOfHeader } from "./named-secrets.ts";
import { isSecretKey } from "./secret-keys.ts";
import { valueAt } from "./secret-values.ts";

/** An item that can be a name, with another behind it. */
const ITEM = /\\{0,7}["']([\w.-]{1,128})\\{0,7}["']\s{0,8},\s{0,8}/g;
/** How far before an item its list may begin. */
const BEFORE = 512;
const LITTLE_MORE = 128;

export function findListed(text: string, found: (start: number, end: number) => void): void {
  ITEM.lastIndex = 0;
  for (let match = ITEM.exec(text); match !== null; match = ITEM.exec(text)) {
    const [, name = ""] = match;
    if (!isSecretKey(name) || !isNameInList(text, match.index, name, ITEM.lastIndex)) continue;
    const value = valueAt(text, ITEM.lastIndex, { oneWord: true });
    if (value === undefined) continue;
    found(value.start, value.end);
    ITEM.lastIndex = value.end;
  }
}

/** The first of a list; any of a list within a list; each second of a list of headers. */
function isNameInList(text: string, at: number, name: string, next: number): boolean {
  const seen = text.slice(Math.max(0, at - BEFORE), at);
  const open = seen.lastIndexOf("[");
  if (open === -1) return false;
  const before = seen.slice(open + 1);
  if (/[\]{}]/.test(before)) return false;
  if (before.trim() === "") return true;
  if (/[[,]\s{0,8}$/.test(seen.slice(0, open))) return true;
  const isEven = (before.match(/["']\s{0,8},/g) ?? []).length % 2 === 0;
  return isEven && isNameOfHeader(name, /[\w.-]+/.exec(text.slice(next, next + LITTLE_MORE))?.[0] ?? "");
}
