import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createEndpoints, describeHttpMethod } from "../operation/http-endpoint.ts";
import { hub } from "./hub.ts";
import { safely } from "../output/safely.ts";

let watching = false;

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
    // Not `http.server.response.finish`: a stream that the client leaves never finishes, but always closes.
    response.once("close", () => {
      safely("http response", () => {
        if (speaksMcp(request) && response.statusCode < 400) endpoints.learn(request.url);
        const contentType = String(response.getHeader("content-type"));
        hub()?.observer.httpExchange({
          endpoint: endpoints.describe(request.url),
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
