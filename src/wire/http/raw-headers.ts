import type { IncomingHttpHeaders } from "node:http";

/**
 * Headers as they stand on the wire, name and value in turns: order, spelling and repetition are kept. Source:
 * https://nodejs.org/api/http.html#messagerawheaders
 */
export type RawHeaders = readonly string[];

/** Headers of this size are read, in bytes. Node's own limit is 16 KB, and some identity providers' tokens are longer. */
export const MAX_HEADER_BYTES = 128 * 1024;

/**
 * The headers of a request on its way to the target.
 * @param host of the target: as whoever asks it directly would send it
 * @param length of the body, where it has changed
 * @param context trace context: replaces what the request brought
 */
export function forwardedHeaders(
  raw: RawHeaders,
  host: string,
  length: number | undefined,
  context: Readonly<Record<string, unknown>>,
): string[] {
  const upgrades = find(raw, "upgrade") !== undefined;
  const fresh = new Map(
    Object.entries(context).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const headers: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = "", value = ""] = [raw[at], raw[at + 1]];
    const key = name.toLowerCase();
    if (key === "host") headers.push(name, host);
    else if (key === "content-length" && length !== undefined) headers.push(name, String(length));
    else if (fresh.has(key)) {
      headers.push(name, fresh.get(key) ?? value);
      fresh.delete(key);
    } else if (key === "tracestate" && "traceparent" in context) {
      // It belongs to the traceparent that has been replaced.
    } else if (upgrades && UPGRADE.has(key)) {
      // An offer to this hop: Java's client makes it with each request of HTTP/1.1, and here it is declined.
    } else headers.push(name, value);
  }
  for (const [name, value] of fresh) headers.push(name, value);
  if (find(headers, "host") === undefined) headers.unshift("Host", host);
  return headers;
}

/**
 * The headers of a response on its way to the client. `Trailer` announces what only a chunked body can have: on any other it says
 * nothing, and Node refuses to write it.
 */
export function responseHeaders({
  rawHeaders,
  headers,
}: {
  readonly rawHeaders: RawHeaders;
  readonly headers: IncomingHttpHeaders;
}): RawHeaders {
  if (/\bchunked\b/i.test(headers["transfer-encoding"] ?? "") || headers["trailer"] === undefined)
    return rawHeaders;
  return rawHeaders.filter((_, at) => rawHeaders[at - (at % 2)]?.toLowerCase() !== "trailer");
}

const UPGRADE: ReadonlySet<string> = new Set(["upgrade", "http2-settings", "connection"]);

function find(raw: RawHeaders, wanted: string): string | undefined {
  const at = raw.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted);
  return at === -1 ? undefined : raw[at + 1];
}
