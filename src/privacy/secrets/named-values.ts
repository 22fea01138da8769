/** `"name": "x", "value": …` in running text, as headers and environment variables are listed, in JSON, YAML and XML, whichever comes first. */

import { isSecretLabel, NAME_MEMBERS, VALUE_MEMBERS } from "./secret-keys.ts";
import { valueAt, type Place } from "./secret-values.ts";

const QUOTE = String.raw`\\{0,7}["']?`;
const NAME = String.raw`(?<![\w.-])(?:${NAME_MEMBERS.join("|")})${QUOTE}\s{0,8}[:=]\s{0,8}${QUOTE}`;
const VALUE = String.raw`(?<![\w.-])(?:${VALUE_MEMBERS.join("|")})${QUOTE}[ \t]{0,8}[:=][ \t]{0,8}`;

const NAMED = new RegExp(String.raw`${NAME}([\w.-]{1,128}(?: [\w.-]{1,64}){0,2})(?![\w.-])${QUOTE}`, "gi");
/** From the name to the value: over other members, but over no open bracket, next item or next name. Bounded, as it is tried at each name. */
const TO_VALUE = new RegExp(
  String.raw`(?:\{[^{}]{0,128}\}|(?![{}<>]|\n[ \t]{0,8}- |${NAME})[^]){0,256}?${VALUE}`,
  "iy",
);
const BETWEEN = new RegExp(String.raw`^(?:(?![{}<>]|\n[ \t]{0,8}- )[^]){0,256}$`);
const ANY_VALUE = new RegExp(VALUE, "gi");
/** How far before its name a value is looked for. */
const BEFORE = 1024;

export function findNamedValues(text: string, found: (start: number, end: number) => void): void {
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match !== null; match = NAMED.exec(text)) {
    if (!isSecretLabel(match[1] ?? "")) continue;
    const value = valueAfter(text, NAMED.lastIndex) ?? valueBefore(text, match.index);
    if (value === undefined) continue;
    found(value.start, value.end);
    NAMED.lastIndex = Math.max(NAMED.lastIndex, value.end);
  }
}

function valueAfter(text: string, at: number): Place | undefined {
  TO_VALUE.lastIndex = at;
  return TO_VALUE.test(text) ? valueAt(text, TO_VALUE.lastIndex, {}) : undefined;
}

/** The last value that ends before the name, in the same object. */
function valueBefore(text: string, name: number): Place | undefined {
  const from = Math.max(0, name - BEFORE);
  const seen = text.slice(from, name);
  let last: Place | undefined;
  ANY_VALUE.lastIndex = 0;
  for (let match = ANY_VALUE.exec(seen); match !== null; match = ANY_VALUE.exec(seen)) {
    const value = valueAt(seen, ANY_VALUE.lastIndex, {});
    if (value === undefined) continue;
    last = value;
    ANY_VALUE.lastIndex = value.end;
  }
  if (last === undefined || !BETWEEN.test(seen.slice(last.end))) return undefined;
  return { start: from + last.start, end: from + last.end };
}
