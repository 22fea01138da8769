import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createEndpoints, describeHttpMethod } from "../operation/http-endpoint.ts";
import { isObject } from "../operation/message.ts";
import * as semconv from "../semconv.ts";
import { hub } from "./hub.ts";
import { safely } from "../output/safely.ts";
import { isFetchRequest } from "./sdk-shapes.ts";

let watching = false;

/** The HTTP request in whose course code runs. Weakly held: a timer that a handler starts may outlive it by days. */
const serving = new AsyncLocalStorage<WeakRef<IncomingMessage>>();

/** An HTTP request that brought a message. */
export interface ServedRequest {
  readonly headers: () => Readonly<Record<string, unknown>>;
  /** Who sent it, and in which version of HTTP. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** @param extra what the transport says of it, beside the message */
export function servedRequest(extra: unknown): ServedRequest | undefined {
  const request = serving.getStore()?.deref();
  const headers = headersOf(extra) ?? (request === undefined ? undefined : () => request.headers);
  return headers === undefined ? undefined : { headers, attributes: attributesOf(request, headers) };
}

function attributesOf(
  request: IncomingMessage | undefined,
  headers: ServedRequest["headers"],
): ServedRequest["attributes"] {
  if (request === undefined) {
    // Node announces requests of HTTP/1 alone; over HTTP/2 the path is a header.
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
 * HTTP requests as Node itself announces them: no patch, and no matter which framework answers. From then on; what is
 * not to be observed any more has no hub, and whoever starts again is not to count everything twice.
 * https://nodejs.org/api/diagnostics_channel.html#http
 */
export function watchHttpRequests(): void {
  if (watching) return;
  watching = true;
  const endpoints = createEndpoints();
  subscribe("http.server.request.start", (event) => {
    const { request, response } = event as { request: IncomingMessage; response: ServerResponse };
    const start = performance.now();
    // Read now: Express takes the path of a router off it. https://expressjs.com/en/api.html#req.originalUrl
    const { url } = request;
    serving.enterWith(new WeakRef(request));
    // Not `http.server.response.finish`: a stream that the client leaves never finishes, but always closes.
    response.once("close", () => {
      safely("http response", () => {
        if (speaksMcp(request) && response.statusCode < 400) endpoints.learn(url);
        const contentType = String(response.getHeader("content-type"));
        hub()?.observer.httpExchange({
          endpoint: endpoints.describe(url),
          method: describeHttpMethod(request.method),
          status: response.statusCode,
          durationMs: performance.now() - start,
          stream: contentType.startsWith("text/event-stream") && isStanding(request),
        });
      });
    });
  });
}

/** A stream that lasts as long as its client stays: before 2026-07-28 a GET, from then on a subscription. */
function isStanding({ method, headers }: IncomingMessage): boolean {
  return method === "GET" || headers["mcp-method"] === "subscriptions/listen";
}

/** By the headers of Streamable HTTP, and by a client that takes an event stream for an answer. */
function speaksMcp({ headers }: IncomingMessage): boolean {
  return (
    headers["mcp-protocol-version"] !== undefined ||
    headers["mcp-session-id"] !== undefined ||
    headers.accept?.includes("text/event-stream") === true
  );
}
