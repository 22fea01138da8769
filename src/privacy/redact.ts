/**
 * Writes any value as JSON text of bounded length, without its secrets. Total: no value makes it throw, and its time
 * is bounded by the limit, not by the value (except for the names of one object, which JavaScript lists all or not at
 * all).
 */

import { lengthOf, opaque, ownNames, ownValue } from "./own-properties.ts";
import { isNamedBefore, isSecret } from "./secrets/named-secrets.ts";
import { redactText, REDACTED } from "./secrets/secrets.ts";
import { describeBlob, isMixed } from "./secrets/value-looks.ts";

export interface RedactOptions {
  /** The longest text, in characters (UTF-16 units). */
  readonly limit: number;
  /**
   * The user's redaction. Called for every string, number, boolean and null that is about to be recorded, with its
   * place (`arguments.user.email`), after the built-in redaction, so that it never gets what that removed. Its result
   * is recorded instead, after the built-in redaction again; `undefined` leaves the value out. Where it throws or is
   * asynchronous, `REDACTED` is recorded.
   */
  readonly redact?: ((value: unknown, where: string) => unknown) | undefined;
}

/** Replaces text that was left out because of its length. */
const MORE = "…";
/** The length of this mark in an object. */
const MORE_LENGTH = `,"${MORE}":"${MORE}"`.length;
/** The depth limit: deeper data is not readable, and recursion to this depth is safe. */
const MAX_DEPTH = 64;
const MAX_NAME_LENGTH = 256;
const MAX_LIMIT = 2 ** 24;
/** How many times the limit is examined, for values that become shorter. */
const LOOKED_AT = 4;
/** Data in base64, from its beginning on, as a `data:` URL too. */
const BLOB = /^(?:data:[^,]{1,200},)?[A-Za-z0-9+/_-]{200,}={0,2}$/;

interface Walk {
  redact: RedactOptions["redact"];
  /** How many characters may still be written, and examined. */
  room: number;
  look: number;
  /** Nothing more fits, which is marked once, where it happens. */
  full: boolean;
  said: boolean;
  readonly above: object[];
}

/** JSON text of a value; `undefined` where JSON has none (functions, symbols, `undefined`) or the limit leaves no room. */
export function serialise(value: unknown, where: string, options: RedactOptions): string | undefined {
  const walk = begin(options);
  walk.room -= MORE_LENGTH;
  try {
    return render(walk, value, where);
  } catch {
    // The stack was almost full when this was called.
    return walk.room > REDACTED.length ? `"${REDACTED}"` : undefined;
  }
}

/** A string unchanged, without quotes; anything else as JSON text. */
export function serialiseText(value: unknown, where: string, options: RedactOptions): string | undefined {
  if (typeof value !== "string") return serialise(value, where, options);
  const walk = begin(options);
  const ours = describeLeaf(walk, value);
  const theirs = askUser(walk, ours, where);
  if (typeof theirs !== "string") return serialise(theirs, where, { limit: options.limit });
  const text = theirs === ours ? theirs : String(describeLeaf(walk, theirs));
  return cutText(text, bounded(options.limit)).replace(/\p{Surrogate}/gu, "\ufffd");
}

/** At most `length` characters; the last is a mark where the text was cut. */
function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return length < 1 ? "" : text.slice(0, length - MORE.length) + MORE;
}

function begin({ limit, redact }: RedactOptions): Walk {
  const room = bounded(limit);
  return { redact, room, look: LOOKED_AT * room, full: false, said: false, above: [] };
}

/** A limit that is not a number would never be reached. */
function bounded(limit: number): number {
  return limit > 0 ? Math.min(limit, MAX_LIMIT) : 0;
}

function render(walk: Walk, value: unknown, where: string): string | undefined {
  if (typeof value === "object" && value !== null) return renderObject(walk, value, where);
  const ours = describeLeaf(walk, value);
  const theirs = askUser(walk, ours, where);
  if (theirs === ours)
    return typeof ours === "string"
      ? writeString(walk, ours)
      : write(walk, ours === undefined ? ours : String(ours));
  const { redact } = walk;
  walk.redact = undefined; // otherwise it would be called with its own result
  const text = render(walk, theirs, where);
  walk.redact = redact;
  return text;
}

function renderObject(walk: Walk, value: object, where: string): string | undefined {
  if (walk.above.includes(value)) return write(walk, `"[circular]"`);
  if (walk.above.length === MAX_DEPTH) return write(walk, `"[deeper]"`);
  const said = opaque(value);
  if (said !== undefined) return render(walk, said, where);
  if (write(walk, "{}") === undefined) return undefined;
  walk.above.push(value);
  const length = lengthOf(value);
  const text =
    length === undefined ? renderNames(walk, value, where) : renderItems(walk, value, length, where);
  walk.above.pop();
  return text;
}

function renderItems(walk: Walk, value: object, length: number, where: string): string {
  let text = "";
  for (let at = 0; at < length && !isFull(walk, 1); at++) {
    const comma = text && ",";
    walk.room -= comma.length;
    const place = walk.redact && `${where}.${at}`;
    const hidden = at > 0 && isNamedBefore(walk.above, value, at);
    const item =
      (hidden ? write(walk, `"${REDACTED}"`) : render(walk, ownValue(value, at), place ?? "")) ??
      (walk.full ? undefined : write(walk, "null"));
    if (item === undefined) break;
    text += comma + item;
  }
  return `[${text}${sayMore(walk, `${text && ","}"${MORE}"`)}]`;
}

function renderNames(walk: Walk, value: object, where: string): string {
  let text = "";
  for (const name of ownNames(value) ?? ["[unreadable]"]) {
    if (isFull(walk, 1 + name.length)) break;
    const item = ownValue(value, name);
    if (item === undefined) continue;
    const known = redactText(name.slice(0, MAX_NAME_LENGTH), MAX_NAME_LENGTH).text;
    const label = `${text && ","}${JSON.stringify(known)}:`;
    walk.room -= label.length;
    const hidden = typeof item !== "boolean" && item !== null && isSecret(value, name);
    const written = hidden
      ? write(walk, `"${REDACTED}"`)
      : render(walk, item, walk.redact ? `${where}.${known}` : "");
    if (written === undefined) walk.room += label.length;
    else text += label + written;
  }
  return `{${text}${sayMore(walk, `${text && ","}"${MORE}":"${MORE}"`)}}`;
}

/**
 * The visible form of a value that is not an object: text without secrets, numbers that are not card numbers;
 * `undefined` where JSON has none.
 */
function describeLeaf(walk: Walk, value: unknown): string | number | bigint | boolean | null | undefined {
  switch (typeof value) {
    case "string": {
      if (value.length > 255 && BLOB.test(value.slice(0, 1024)) && isMixed(value))
        return describeBlob(value.length);
      const { text, cut, looked } = redactText(value, Math.max(0, Math.min(walk.room, walk.look)));
      walk.look -= looked;
      return cut ? text + MORE : text;
    }
    case "number":
      return !Number.isFinite(value) ? null : Math.abs(value) < 1e12 ? value : unlessSecret(value);
    case "bigint":
      // Converting a bigint takes time in proportion to the square of its length.
      return value < 1n << 128n && value > -1n << 128n ? unlessSecret(value) : "[bigint]";
    case "boolean":
      return value;
    default:
      return value === null ? null : undefined;
  }
}

function unlessSecret<T extends number | bigint>(value: T): T | string {
  const digits = String(value);
  return redactText(digits, digits.length).text === digits ? value : REDACTED;
}

function askUser(walk: Walk, value: unknown, where: string): unknown {
  if (walk.redact === undefined || value === undefined || value === REDACTED) return value;
  try {
    const theirs = walk.redact(value, where);
    if (!(theirs instanceof Promise)) return theirs;
    // The promise's result comes too late, but an unhandled rejection would end the process.
    void Promise.prototype.then.call(theirs, undefined, () => undefined);
    return REDACTED;
  } catch {
    return REDACTED;
  }
}

function isFull(walk: Walk, look: number): boolean {
  walk.look -= look;
  walk.full ||= walk.look < 0 || walk.room < 2;
  return walk.full;
}

function sayMore(walk: Walk, text: string): string {
  if (!walk.full || walk.said) return "";
  walk.said = true;
  return text;
}

function write(walk: Walk, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text.length > walk.room) walk.full = true;
  if (walk.full) return undefined;
  walk.room -= text.length;
  return text;
}

function writeString(walk: Walk, text: string): string | undefined {
  // Text that cannot fit need not be escaped to know that.
  if (text.length <= walk.room) {
    const whole = JSON.stringify(text);
    if (whole.length <= walk.room) return write(walk, whole);
  }
  const begun = JSON.stringify(text.slice(0, fitting(text, walk.room - 2 - MORE.length)) + MORE);
  const written = write(walk, begun);
  walk.full = true;
  walk.said ||= written !== undefined;
  return written;
}

/** How many characters of a text take at most `room` in JSON. */
function fitting(text: string, room: number): number {
  let at = 0;
  for (let left = room; at < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    left -= JSON.stringify(character).length - 2;
    if (left < 0) break;
    at += character.length;
  }
  return at;
}
