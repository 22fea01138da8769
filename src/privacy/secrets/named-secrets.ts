/** Values that something beside them says are secrets: their own name, another property, or the item before. */
import { lengthOf, ownNames, ownValue } from "../own-properties.ts";
import { isSecretKey, isSecretLabel, NAME_MEMBERS, VALUE_MEMBERS } from "./secret-keys.ts";

const NAMES_OF_VALUE = new Set(NAME_MEMBERS);
const VALUES = new Set(VALUE_MEMBERS);
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
    return typeof text === "string" && isSecretLabel(text);
  });
}

/**
 * The item before it says that it is a secret: the word after a flag, the second of a pair or what follows a name in another list within a
 * list, the value after a header's name where names and values take turns.
 */
export function isNamedBefore(above: readonly object[], list: object, at: number): boolean {
  const before = ownValue(list, at - 1);
  const item = ownValue(list, at);
  if (typeof before !== "string" || typeof item === "boolean" || item === null) return false;
  const flag = FLAG.exec(before)?.[1];
  if (flag !== undefined) return isSecretKey(flag);
  if (!isSecretKey(before)) return false;
  const outer = above.at(-2);
  if (outer !== undefined && lengthOf(outer) !== undefined) return true;
  const takesTurns = at % 2 === 1 && (lengthOf(list) ?? 1) % 2 === 0 && (lengthOf(list) ?? 0) > 2;
  return takesTurns && typeof item === "string" && isNameOfHeader(before, item);
}

const HEADER = /^(?:authorization|cookie|[A-Za-z]+(?:-[A-Za-z]+)+)$/i;
const CAPITALISED = /^[A-Z][a-z]*(?:-[A-Z][a-z]*)+$/;

/** Node's `rawHeaders` and the like; in a list of names alone another name follows. */
export function isNameOfHeader(name: string, following: string): boolean {
  return HEADER.test(name) && !CAPITALISED.test(following);
}
