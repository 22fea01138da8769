import { createHash, timingSafeEqual } from "node:crypto";
import { json, oneOf, type Answer, type RequestHeaders, type Routes } from "./routes.ts";

export interface AdminResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers any request, whatever server it came in on. It never rejects. */
export interface AdminHandle {
  (method: string, path: string, headers: RequestHeaders): Promise<AdminResponse>;
  /** The paths that have an answer of their own. */
  readonly paths: readonly string[];
}

export interface HandleOptions {
  readonly routes: Routes;
  /**
   * What `/metrics` is to be asked with, as `Authorization: Bearer <token>`. Undefined or empty: nothing. Probes never need it, but only
   * with it `/ready` gives reasons.
   */
  readonly token?: string | undefined;
  /** Told when a page could not be made; who asked is told no more than that. */
  readonly say: (line: string) => void;
}

export function createHandle({ routes, token, say }: HandleOptions): AdminHandle {
  const paths = Object.keys(routes);
  const hasToken = token === undefined || token === "" ? undefined : createTokenCheck(token);
  const told = new Set<string>();

  async function handle(method: string, path: string, headers: RequestHeaders): Promise<AdminResponse> {
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return respond(method, json(404, { error: "not found", paths }));
    if (method !== "GET" && method !== "HEAD") {
      return respond(method, json(405, { error: "only GET and HEAD" }), { allow: "GET, HEAD" });
    }
    const trusted = hasToken?.(oneOf(headers["authorization"])) === true;
    if (route.guarded && hasToken !== undefined && !trusted) {
      const challenge = { "www-authenticate": 'Bearer realm="metrics"' };
      return respond(method, json(401, { error: "a bearer token is needed" }), challenge);
    }
    try {
      return respond(method, await route.answer(headers, trusted));
    } catch (error) {
      if (!told.has(path)) say(`${path} could not be answered: ${String(error).replaceAll(/\s+/g, " ")}`);
      told.add(path); // a scraper is back in 15 seconds
      return respond(method, json(500, { error: `${path} could not be answered; stderr says why` }));
    }
  }

  return Object.assign(handle, { paths });
}

/** What all answers have in common. */
export function respond(
  method: string,
  { status, contentType, body }: Answer,
  more: Readonly<Record<string, string>> = {},
): AdminResponse {
  return {
    status,
    headers: {
      "content-type": contentType,
      "content-length": String(Buffer.byteLength(body)),
      // A probe wants to know how things are, not how they were.
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...more,
    },
    body: method === "HEAD" ? "" : body,
  };
}

/** Compares digests, which are of one length, so that the time it takes tells nothing about the token. */
function createTokenCheck(token: string): (authorization: string | undefined) => boolean {
  const digest = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();
  const wanted = digest(Buffer.from(token));
  // A header is bytes, and Node tells each of them as one character.
  const asSent = (text: string): Buffer => Buffer.from(text, "latin1");
  return (authorization) => {
    const given = /^bearer +(\S.*)$/i.exec(authorization ?? "")?.[1];
    return given !== undefined && timingSafeEqual(digest(asSent(given.trimEnd())), wanted);
  };
}
