import { OTHER } from "../semconv.ts";

/** One HTTP request that this process has answered. */
export interface HttpExchange {
  readonly endpoint: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  /** A long-lived event stream: its duration is how long a client stayed, not how long an answer took. */
  readonly stream: boolean;
}

/** The status of a request whose client left before one was sent, as nginx writes it in its log. */
export const CLIENT_GONE_STATUS = 499;

/** The usual paths of MCP servers and their probes. */
const USUAL = [
  "/mcp",
  "/sse",
  "/messages",
  "/message",
  "/health",
  "/healthz",
  "/ready",
  "/readyz",
  "/livez",
  "/metrics",
];

/** The limit on learned paths: a server has only a few MCP endpoints. */
const MAX_ENDPOINTS = 20;

export interface Endpoints {
  /**
   * The path as a metric attribute: itself where it is a usual or learned MCP path, else `_OTHER`. A caller can
   * invent paths.
   */
  describe(url: string | undefined): string;
  /** Learns a path that an MCP request came in on. */
  learn(url: string | undefined): void;
}

export function createEndpoints(): Endpoints {
  const known = new Set(USUAL);
  const limit = known.size + MAX_ENDPOINTS;
  return {
    describe(url) {
      const path = pathOf(url);
      return known.has(path) ? path : OTHER;
    },
    learn(url) {
      const path = pathOf(url);
      if (WORDS.test(path) && known.size < limit) known.add(path);
    },
  };
}

/** A path that looks like a route. Hosted servers put keys and user ids into their paths, and those are private. */
const WORDS = /^(?:\/[a-z][a-z_-]{0,23}|\/v\d{1,3}){1,4}$/i;

function pathOf(url: string | undefined): string {
  const path = (url ?? "").replace(/[?#].*$/, "");
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

const HTTP_METHODS = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "OPTIONS",
  "CONNECT",
  "TRACE",
]);

/** The method as a metric attribute; an unknown method is `_OTHER`, since a caller can invent methods. */
export function describeHttpMethod(method: string | undefined): string {
  return method !== undefined && HTTP_METHODS.has(method) ? method : OTHER;
}
