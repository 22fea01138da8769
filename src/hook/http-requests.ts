import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { CLIENT_GONE_STATUS, createEndpoints, describeHttpMethod } from "../operation/http-endpoint.ts";
import { isObject } from "../operation/message.ts";
import * as semconv from "../semconv.ts";
import { hub } from "./hub.ts";
import { safely } from "../output/safely.ts";
import { isFetchRequest } from "./sdk-shapes.ts";

let watching = false;

/** The HTTP request that the running code serves. Weakly held: a timer that a handler starts may outlive it by days. */
const serving = new AsyncLocalStorage<WeakRef<IncomingMessage>>();

/** Requests whose connection closed before their response was finished. */
const abandoned = new WeakSet<IncomingMessage>();

/** An HTTP request that carried a message. */
export interface ServedRequest {
  readonly headers: () => Readonly<Record<string, unknown>>;
  /** The sender, and the version of HTTP. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /**
   * Whether its client left before the response was finished. Over SSE the response is finished at once, and the answer travels
   * on another connection: whether this one is closed says nothing there.
   */
  readonly gone: () => boolean;
}

/** @param extra what the transport passes beside the message */
export function servedRequest(extra: unknown): ServedRequest | undefined {
  const request = serving.getStore()?.deref();
  const headers = headersOf(extra) ?? (request === undefined ? undefined : () => request.headers);
  if (headers === undefined) return undefined;
  const held = request && new WeakRef(request);
  return {
    headers,
    attributes: attributesOf(request, headers),
    gone: () => {
      const asked = held?.deref();
      return asked !== undefined && abandoned.has(asked);
    },
  };
}

function attributesOf(
  request: IncomingMessage | undefined,
  headers: ServedRequest["headers"],
): ServedRequest["attributes"] {
  if (request === undefined) {
    // Node publishes requests of HTTP/1 only; over HTTP/2 the path is a header.
    return ":path" in headers() ? { [semconv.ATTR_NETWORK_PROTOCOL_VERSION]: "2" } : {};
  }
  const { remoteAddress, remotePort } = request.socket;
  return {
    ...(remoteAddress !== undefined && { [semconv.ATTR_CLIENT_ADDRESS]: remoteAddress }),
    ...(remotePort !== undefined && { [semconv.ATTR_CLIENT_PORT]: remotePort }),
    [semconv.ATTR_NETWORK_PROTOCOL_VERSION]: request.httpVersion,
  };
}

/** v1: plain headers; v2: a Fetch Request. */
function headersOf(extra: unknown): ServedRequest["headers"] | undefined {
  if (!isObject(extra)) return undefined;
  const { requestInfo, request } = extra;
  const plain = isObject(requestInfo) ? requestInfo["headers"] : undefined;
  if (isObject(plain)) return () => plain;
  return isFetchRequest(request) ? () => Object.fromEntries(request.headers) : undefined;
}

/**
 * Watches HTTP requests as Node publishes them: without a patch, for every framework. Subscribes once, for good:
 * without a hub, requests are ignored, and a second start must not count them twice.
 * https://nodejs.org/api/diagnostics_channel.html#http
 */
export function watchHttpRequests(): void {
  if (watching) return;
  watching = true;
  const endpoints = createEndpoints();
  subscribe("http.server.request.start", (event) => {
    const { request, response } = event as { request: IncomingMessage; response: ServerResponse };
    const start = performance.now();
    // Read now: Express removes a router's path from it. https://expressjs.com/en/api.html#req.originalUrl
    const { url } = request;
    serving.enterWith(new WeakRef(request));
    // Not `http.server.response.finish`: a stream that the client leaves never finishes, but always closes.
    response.once("close", () => {
      if (!response.writableFinished) abandoned.add(request);
      safely("http response", () => {
        // Until then 200 is only what Node would send by default.
        const status = response.headersSent ? response.statusCode : CLIENT_GONE_STATUS;
        if (speaksMcp(request) && status < 400) endpoints.learn(url);
        const session = request.headers["mcp-session-id"];
        if (request.method === "DELETE" && typeof session === "string" && status < 300)
          for (const listener of deletions) listener(session);
        const contentType = String(response.getHeader("content-type"));
        hub()?.observer.httpExchange({
          endpoint: endpoints.describe(url),
          method: describeHttpMethod(request.method),
          status,
          durationMs: performance.now() - start,
          stream: contentType.startsWith("text/event-stream") && isStanding(request),
        });
      });
    });
  });
}

const deletions = new Set<(sessionId: string) => void>();

/** Calls the listener when this process has deleted a session because its client asked for that. */
export function onSessionDeleted(listener: (sessionId: string) => void): void {
  deletions.add(listener);
}

/** A stream that lasts as long as its client is connected: before 2026-07-28 a GET, from then on a subscription. */
function isStanding({ method, headers }: IncomingMessage): boolean {
  return method === "GET" || headers["mcp-method"] === "subscriptions/listen";
}

/** By the headers of Streamable HTTP, and by a client that accepts an event stream. */
function speaksMcp({ headers }: IncomingMessage): boolean {
  return (
    headers["mcp-protocol-version"] !== undefined ||
    headers["mcp-session-id"] !== undefined ||
    headers.accept?.includes("text/event-stream") === true
  );
}
