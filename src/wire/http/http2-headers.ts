import type { OutgoingHttpHeaders } from "node:http2";
import type { Trailers } from "./sides.ts";
import type { RawHeaders } from "./raw-headers.ts";

/** They speak of one connection of HTTP/1.1, and HTTP/2 forbids them: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2 */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/** A request's headers as HTTP/1.1 has them. @param chunked its body has a length that no header says */
export function requestFromHttp2(raw: RawHeaders, chunked: boolean): string[] {
  const headers: string[] = [];
  // HTTP/2 may send a cookie in pieces, of which HTTP/1.1 makes one header.
  let cookieAt = -1;
  for (const [name, value] of pairs(fromHttp2(raw))) {
    if (name === "cookie" && cookieAt !== -1) headers[cookieAt] += `; ${value}`;
    else headers.push(name, value);
    if (name === "cookie" && cookieAt === -1) cookieAt = headers.length - 1;
  }
  if (chunked) headers.push("transfer-encoding", "chunked");
  return headers;
}

/** What HTTP/2 says in headers and HTTP/1.1 in its first line goes. */
export function fromHttp2(raw: RawHeaders): string[] {
  return pairs(raw).flatMap(([name, value]) => (name.startsWith(":") ? [] : [name, value]));
}

/** Sends headers of HTTP/1.1 by HTTP/2. */
export function asHttp2<T>(raw: RawHeaders, send: (headers: OutgoingHttpHeaders) => T): T {
  const headers = toHttp2(raw);
  try {
    return send(headers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_HTTP2_HEADER_SINGLE_VALUE") throw error;
    // Node does not repeat some headers that servers do repeat: https://www.rfc-editor.org/rfc/rfc9110#section-5.3
    for (const [name, value] of Object.entries(headers))
      if (Array.isArray(value) && name !== "set-cookie") headers[name] = value.join(", ");
    return send(headers);
  }
}

/** Names in small letters, and those that repeat together. */
export function toHttp2(raw: RawHeaders): OutgoingHttpHeaders {
  const all = pairs(raw).map(([name, value]) => [name.toLowerCase(), value] as const);
  const dropped = new Set(OF_CONNECTION);
  for (const [name, value] of all)
    if (name === "connection") for (const each of value.split(",")) dropped.add(each.trim().toLowerCase());
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of all) {
    if (name === "te" ? value.toLowerCase() !== "trailers" : dropped.has(name)) continue;
    const before = headers[name];
    headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return headers;
}

export function trailersToHttp2(trailers: Trailers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(trailers))
    if (value !== undefined && !OF_CONNECTION.has(name.toLowerCase())) kept[name] = String(value);
  return kept;
}

function pairs(raw: RawHeaders): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) found.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  return found;
}
