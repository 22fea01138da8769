import { OTHER } from "../semconv.ts";

/** One HTTP request that this process has answered. */
export interface HttpExchange {
  readonly endpoint: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  /** A standing event stream: its length is how long a client stayed, not how long an answer took. */
  readonly stream: boolean;
}

/** Paths that MCP servers and their probes are known by. */
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

/** The most paths a process believes in: a server speaks MCP on a handful. */
const MAX_ENDPOINTS = 20;

export interface Endpoints {
  /** The path as a metric attribute: itself where MCP is or may be spoken, else `_OTHER`. A caller can invent paths. */
  describe(url: string | undefined): string;
  /** MCP was spoken under this path. */
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

/** A path that reads like a route; hosted servers put keys and ids of users into theirs, which are nobody else's business. */
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

/** The method as a metric attribute; a method of a caller's own invention is `_OTHER`. */
export function describeHttpMethod(method: string | undefined): string {
  return method !== undefined && HTTP_METHODS.has(method) ? method : OTHER;
}
