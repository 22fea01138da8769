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
 * A resource URI without userinfo and without query values; query keys stay, they tell resources apart.
 * Not parsed as a URL: a server may accept what `new URL` refuses, and normalising would change what was asked for.
 */
export function redactUri(uri: string): string {
  // Userinfo before the cut, which might take away the "@" it is known by.
  const harmless = uri.replace(/^([^/?#]*:)?\/\/[^/?#]*@/, "$1//");
  return (
    cut(harmless, MAX_URI_LENGTH)
      .replace(/\?[^#]*/, redactQuery)
      // The first `#` is the only one that is tried: each of many would look through all that follows.
      .replace(/#.*$/s, (fragment) => (fragment.includes("=") ? `#${REDACTED}` : fragment))
  );
}

function redactQuery(query: string): string {
  const pairs = query.slice(1).split("&");
  return `?${pairs.map((pair) => (pair.includes("=") ? `${pair.slice(0, pair.indexOf("="))}=${REDACTED}` : REDACTED)).join("&")}`;
}

/** The message of a JSON-RPC error, without what looks like a secret. */
export function redactMessage(message: string): string {
  const { text, cut: more } = redactText(message, MAX_MESSAGE_LENGTH);
  // Servers like to say which URI it was: its query goes as it does on the same span's attribute.
  const harmless = text.replace(URI, (uri) => uri.replace(/\?[^#]*/, redactQuery));
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
