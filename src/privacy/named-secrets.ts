/** Values that something beside them says are secrets: their own name, another property, or the item before. */
import { lengthOf, ownNames, ownValue } from "./own-properties.ts";
import { isSecretKey } from "./secret-keys.ts";

/** Names whose neighbour `value` they are the name of, in lower case: headers, environment variables, form fields. */
const NAMES_OF_VALUE = new Set([
  "name",
  "key",
  "k",
  "header",
  "field",
  "variable",
  "param",
  "parameter",
  "property",
]);
const VALUES = new Set(["value", "val", "v"]);
/** No such object has more. */
const MAX_NEIGHBOURS = 16;
/** A word of a command line that names the next one. */
const FLAG = /^--?([A-Za-z][\w-]{0,127})$/;

/** Its name says that it is a secret, or the name beside it does: `{"name":"Cookie","value":…}`. */
export function isSecret(holder: object, name: string): boolean {
  if (!VALUES.has(name.toLowerCase())) return isSecretKey(name);
  const neighbours = (ownNames(holder) ?? []).slice(0, MAX_NEIGHBOURS);
  return neighbours.some((neighbour) => {
    if (!NAMES_OF_VALUE.has(neighbour.toLowerCase())) return false;
    const text = ownValue(holder, neighbour);
    return typeof text === "string" && isSecretKey(text);
  });
}

/** The item before it says that it is a secret: the second of a pair in a list of pairs, or the word after a flag. */
export function isNamedBefore(above: readonly object[], list: object, at: number): boolean {
  const before = ownValue(list, at - 1);
  const item = ownValue(list, at);
  if (typeof before !== "string" || typeof item === "boolean" || item === null) return false;
  const flag = FLAG.exec(before)?.[1];
  if (flag !== undefined) return isSecretKey(flag);
  const outer = above.at(-2);
  return (
    at === 1 &&
    outer !== undefined &&
    lengthOf(outer) !== undefined &&
    lengthOf(list) === 2 &&
    isSecretKey(before)
  );
}
