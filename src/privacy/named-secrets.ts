/** Values that their context marks as secrets: their own name, another property, or the item before them. */
import { lengthOf, ownNames, ownValue } from "./own-properties.ts";
import { isSecretKey } from "./secret-keys.ts";

/**
 * Property names, in lower case, that hold the name of the neighbouring `value`: headers, environment variables, form
 * fields.
 */
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
/** Objects with more properties are not of this kind. */
const MAX_NEIGHBOURS = 16;
/** A word of a command line that names the next one. */
const FLAG = /^--?([A-Za-z][\w-]{0,127})$/;

/** Its name marks it as a secret, or the name beside it does: `{"name":"Cookie","value":…}`. */
export function isSecret(holder: object, name: string): boolean {
  if (!VALUES.has(name.toLowerCase())) return isSecretKey(name);
  const neighbours = (ownNames(holder) ?? []).slice(0, MAX_NEIGHBOURS);
  return neighbours.some((neighbour) => {
    if (!NAMES_OF_VALUE.has(neighbour.toLowerCase())) return false;
    const text = ownValue(holder, neighbour);
    return typeof text === "string" && isSecretKey(text);
  });
}

/** The item before it marks it as a secret: in a list of pairs the first of the pair, or a flag in a list of words. */
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
