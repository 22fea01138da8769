/**
 * What a peer or a user wrote, made fit to be recorded. Pure and total: any text in, a bounded harmless text out.
 */

import { GETTER, lengthOf, ownValue } from "./own-properties.ts";
import { redactText, REDACTED } from "./secrets.ts";

const MAX_URI_LENGTH = 1024;
const MAX_MESSAGE_LENGTH = 512;
/** A URI in running text. Its scheme is bounded, or every start of a long word would be tried to the word's end. */
const URI = /\b[a-z][\w+.-]{0,30}:\/\/[^\s"'<>]+/gi;

/**
 * A resource URI without userinfo, without the values of its query and of its path's parameters, without fragment and without what looks
 * like a secret; the keys of the query stay, they tell resources apart. Of a `data:` URI, which is content, the media type stays.
 * Not parsed as a URL: a server may accept what `new URL` refuses, and normalising would change what was asked for.
 */
export function redactUri(uri: string): string {
  const data = /^\s{0,8}data:([\w.+/-]{0,80})/i.exec(uri);
  if (data !== null) return `data:${data[1]},[${uri.length} characters]`;
  // Userinfo before the cut, which might take away the "@" it is known by.
  const anonymous = withoutUserinfo(uri);
  const { text, cut: more } = redactText(anonymous, MAX_URI_LENGTH);
  const harmless = text
    // The first of each is the only one that is tried: each of many would look through all that follows.
    .replace(/(?:#|%23).*$/is, `#${REDACTED}`)
    .replace(/(\?|%3f)(.*?)(?=#|$)/is, (_all, mark: string, query: string) => mark + redactQuery(query))
    .replace(/;([^=;/?#]{1,64})=[^;/?#]*/g, `;$1=${REDACTED}`);
  return cut(more ? `${harmless}…` : harmless, MAX_URI_LENGTH);
}

/**
 * A URI, or a template of one, without the user and the password of any authority in it: one URI can hold another.
 * The first `//` of a run of what is no delimiter is the only one that is tried.
 */
export function withoutUserinfo(uri: string): string {
  return uri.replace(/((?<!\/)\/\/(?!\/)|%2f%2f)((?:(?!%2f|%40)[^/?#@\s])*(?:@|%40))+/gi, "$1");
}

/** Keys stay; a value, and what is no pair, goes. The pairs of a query that is escaped are escaped, too. */
function redactQuery(query: string): string {
  return query
    .split(/(&|%26)/i)
    .map((part, at) => (at % 2 === 1 || part === "" ? part : redactPair(part)))
    .join("");
}

function redactPair(pair: string): string {
  const key = /^(.*?)(=|%3d)/is.exec(pair);
  return key === null ? REDACTED : `${key[1]}${key[2]}${REDACTED}`;
}

/** The message of a JSON-RPC error, without what looks like a secret. */
export function redactMessage(message: string): string {
  const { text, cut: more } = redactText(message, MAX_MESSAGE_LENGTH);
  // Servers like to say which URI it was: its query goes as it does on the same span's attribute.
  const harmless = text.replace(URI, (uri) =>
    uri.replace(/\?([^#]*)/, (_all, query: string) => `?${redactQuery(query)}`),
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
