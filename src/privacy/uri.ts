/**
 * What a peer or a user wrote, made fit to be recorded. Pure and total: any text in, a bounded harmless text out.
 */

import { GETTER, lengthOf, ownValue } from "./own-properties.ts";
import { isSecretKey } from "./secrets/secret-keys.ts";
import { redactText, REDACTED } from "./secrets/secrets.ts";

const MAX_URI_LENGTH = 1024;
const MAX_MESSAGE_LENGTH = 512;
/** A URI in running text. Its scheme is bounded, or every start of a long word would be tried to the word's end. */
const URI = /\b[a-z][\w+.-]{0,30}:\/\/[^\s"'<>]+/gi;

/** Content in a URI, at its beginning or behind other schemes; of what only has the word in it there is no comma. */
const DATA = /^\s{0,8}data:([\w.+/-]{0,80})|(?<=[:/])data:([\w.+/-]{0,80})[^,/?#]{0,100},.*$/is;

/**
 * A resource URI without userinfo, without the values of its query and of its path's parameters, without fragment and without what looks
 * like a secret; the keys of the query stay, they tell resources apart. Of a `data:` URI, which is content, the media type stays.
 * Not parsed as a URL: a server may accept what `new URL` refuses, and normalising would change what was asked for.
 */
export function redactUri(uri: string): string {
  const data = DATA.exec(uri);
  // Userinfo before the cut, which might take away the "@" it is known by.
  const anonymous = withoutUserinfo(data === null ? uri : uri.slice(0, data.index));
  const { text, cut: more } = redactText(anonymous, MAX_URI_LENGTH);
  const harmless = redactSegments(
    text
      // The first of each is the only one that is tried: each of many would look through all that follows.
      .replace(/(?:#|%(?:25){0,8}23).*$/is, `#${REDACTED}`)
      .replace(
        /(\?|%(?:25){0,8}3f)(.*?)(?=#|$)/is,
        (_all, mark: string, query: string) => mark + redactQuery(query),
      )
      .replace(/;([^=;/?#]{1,64})=[^;/?#]*/g, `;$1=${REDACTED}`),
  );
  const content =
    data === null
      ? ""
      : `data:${data[1] ?? data[2]},[${data[1] === undefined ? data[0].length : uri.length} characters]`;
  return cut(more ? `${harmless}…` : harmless, MAX_URI_LENGTH) + content;
}

/** What follows the name of a secret in a path and is none: what is done with it. */
const ACTIONS = new Set(
  "authorize callback change check confirm create delete exchange forgot info introspect issue list login logout new policy refresh reset revoke rotate update validate verify".split(
    " ",
  ),
);

/** Of a path the parts after the name of a secret, `/token/…`; not names of parts, `{id}` and `:id`. */
export function redactSegments(uri: string): string {
  const end = /[?#]|$/.exec(uri)?.index ?? uri.length;
  // With what separates them at every second place.
  const parts = uri.slice(0, end).split(/([\\/]{1,8}|%(?:25){0,8}2f)/i);
  const redacted = parts.map((part, at) => {
    const name = at % 2 === 0 ? parts[at - 2] : undefined;
    if (name === undefined || part === "" || !NAMED_PART.test(name) || !isSecretKey(name)) return part;
    return /^[{:*]/.test(part) || ACTIONS.has(part) ? part : REDACTED;
  });
  return redacted.join("") + uri.slice(end);
}

/** In a path `auth` and `secrets` are where something is, more often than what it is. */
const NAMED_PART = /^(?!auth$|secrets$|cookies$|credentials$)[\w.-]{2,64}$/i;

/** Schemes of the web, which browsers and `new URL` read with any number of slashes of either kind. */
const WEB = /^(\s{0,8}(?:[a-z][\w+.-]{0,30}:){0,4}?(?:https?|wss?|ftp):)[\\/]*(?:[^\\/?#@\s]*@)+/i;
/** What has colons and versions, but no users. */
const OTHERS = String.raw`(?!(?:urn|tag|did|pkg|maven|mvn|docker|oci):)`;
/** `postgres:user:password@host`; at the beginning, where this is tried once, the password may have a slash. */
const OPAQUE = new RegExp(
  String.raw`^(\s{0,8}${OTHERS}[a-z][\w+.-]{0,30}:)(?:[^\s/?#@:]+:)+(?!\d+\/)[^\s?#@]*@|(?<=\/)(${OTHERS}[a-z][\w+.-]{0,30}:)(?:[^\s/?#@:]+:)+[^\s/?#@]*@`,
  "gi",
);
/** `jdbc:oracle:thin:user/password@host` */
const ORACLE = /^(\s{0,8}(?:jdbc:)?oracle:(?:\w{1,20}:)?)[^\s/?#@:]*\/[^\s?#@]*@/i;

/**
 * A URI, or a template of one, without the user and the password of any authority in it: one URI can hold another.
 * The first `//` of a run of what is no delimiter is the only one that is tried.
 */
export function withoutUserinfo(uri: string): string {
  if (!uri.includes("@") && !/%(?:25){0,8}40/.test(uri)) return uri;
  return withoutSlashedUserinfo(uri.replace(WEB, "$1//"))
    .replace(
      /((?<!\/)\/\/(?!\/)|%(?:25){0,8}2f%(?:25){0,8}2f)((?:(?!%(?:25){0,8}(?:2f|40))[^/?#@\s])*(?:@|%(?:25){0,8}40))+/gi,
      "$1",
    )
    .replace(/(?<=\/\/\/)[^/?#@\s:]*:[^/?#@\s]*@/g, "")
    .replace(ORACLE, "$1")
    .replace(OPAQUE, "$1$2");
}

/** The beginning of an authority that can be none: what follows the colon is no port, so it is a password, and goes on behind the delimiter. */
const PASSWORD_BEGINS = /^[^/?#@\s:[\]]*:(?!\d*[/?#])(?!\{)[^/?#@\s]*(?=[/?#])/;

/** `//user:pass/word@host`. Each piece between two `//` is looked at once. */
function withoutSlashedUserinfo(uri: string): string {
  return uri
    .split("//")
    .map((piece, at) => {
      const begun = at === 0 ? null : PASSWORD_BEGINS.exec(piece);
      if (begun === null) return piece;
      const delimiter = piece.charAt(begun[0].length);
      const until = delimiter === "/" ? piece.slice(0, /[?#\s]|$/.exec(piece)?.index) : piece;
      return piece.slice(until.lastIndexOf("@") + 1);
    })
    .join("//");
}

/** Keys stay; a value, and what is no pair, goes. The pairs of a query that is escaped are escaped, too, once or more. */
function redactQuery(query: string): string {
  return query
    .split(/(&|%(?:25){0,8}26)/i)
    .map((part, at) => (at % 2 === 1 || part === "" ? part : redactPair(part)))
    .join("");
}

function redactPair(pair: string): string {
  const key = /^(.*?)(=|%(?:25){0,8}3d)/is.exec(pair);
  return key === null ? REDACTED : `${key[1]}${key[2]}${REDACTED}`;
}

/** The message of a JSON-RPC error, without what looks like a secret. */
export function redactMessage(message: string): string {
  const { text, cut: more } = redactText(message, MAX_MESSAGE_LENGTH);
  // Servers like to say which URI it was: its query goes as it does on the same span's attribute.
  const harmless = text.replace(URI, (uri) =>
    withoutSlashedUserinfo(uri).replace(/\?([^#]*)/, (_all, query: string) => `?${redactQuery(query)}`),
  );
  return cut(more ? `${harmless}…` : harmless, MAX_MESSAGE_LENGTH);
}

/**
 * What a tool's result pours into the model's context, in bytes: texts as UTF-8, images and blobs as the base64 they travel in.
 * Structured content is left out: by convention it says again what the text says.
 */
export function measureToolResult(result: unknown): number {
  const content = ownValue(result, "content");
  let bytes = 0;
  for (let at = 0, length = lengthOf(content) ?? 0; at < length; at += 1) {
    const block = ownValue(content, at);
    const resource = ownValue(block, "resource");
    for (const part of [
      ownValue(block, "text"),
      ownValue(block, "data"),
      ownValue(resource, "text"),
      ownValue(resource, "blob"),
    ])
      if (typeof part === "string" && part !== GETTER) bytes += Buffer.byteLength(part);
  }
  return bytes;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
