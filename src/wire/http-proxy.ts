import * as http from "node:http";
import * as https from "node:https";
import { createEndpoints } from "../operation/http-endpoint.ts";
import { safely } from "../output/safely.ts";
import { createHttpConversations } from "./http-conversations.ts";
import { createExchange, type Exchange, type Observed } from "./http-exchange.ts";
import { createHops } from "./http-hops.ts";
import { MAX_LINE_BYTES } from "./lines.ts";
import type { Observing } from "./passing.ts";
import { forwardedHeaders, responseHeaders } from "./raw-headers.ts";

export interface ProxyOptions {
  readonly target: URL;
  /** `undefined`: everything passes, and nothing is observed. */
  readonly observing: Observing | undefined;
  /** Whether a request is to be answered at all. */
  readonly admits: (request: http.IncomingMessage) => boolean;
}

const NOTHING = Buffer.alloc(0);

/** Headers of this size are read, in bytes. Node's own limit is 16 KB, and some identity providers' tokens are longer. */
const MAX_HEADER_BYTES = 128 * 1024;

/**
 * Passes HTTP requests on to the target and its responses back, and looks at what passes. A body that may be a message is held until it
 * is complete, since trace context is added to it; all others, and all responses, pass as they come.
 * @returns listens to nothing yet
 */
export function createProxy({ target, observing, admits }: ProxyOptions): http.Server {
  const observed: Observed | undefined = observing && {
    observing,
    conversations: createHttpConversations(observing),
    endpoints: createEndpoints(),
  };
  const secure = target.protocol === "https:";
  const hopOf = createHops(secure);

  function forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    response.sendDate = false;
    if (!admits(request)) {
      refuse(
        response,
        403,
        `the Host header ${request.headers.host ?? ""} names another host than this proxy's`,
      );
      request.resume();
      return;
    }
    const exchange =
      observed && safely("http request", () => createExchange(observed, describeRequest(request)));
    let outgoing: http.ClientRequest | undefined;
    let answered = false;
    const over = hopOf(request.socket).begin();

    /** Begins the request to the target. @param body all of it, where it is known @param context trace context */
    function send(body?: Buffer, context = {}): http.ClientRequest {
      const { rawHeaders, method = "GET", url = "/" } = request;
      const declared = body !== undefined && request.headers["content-length"] !== undefined;
      const made = (secure ? https : http).request({
        protocol: target.protocol,
        hostname: target.hostname.replace(/^\[(.*)\]$/, "$1"),
        port: target.port,
        method,
        path: url === "/" ? target.pathname + target.search : url,
        headers: forwardedHeaders(rawHeaders, target.host, declared ? body.length : undefined, context),
        agent: hopOf(request.socket).agent,
        setHost: false,
        maxHeaderSize: MAX_HEADER_BYTES,
      });
      made.on("response", (incoming) => {
        answered = true;
        try {
          answer(incoming, response, exchange);
        } catch (error) {
          // A head that Node reads and does not write.
          incoming.destroy();
          fail(error as Error, "cannot pass on the answer of");
        }
      });
      made.on("error", (error) => {
        // It may answer before it has read everything: then the response says how it ended.
        if (!answered) fail(error);
      });
      outgoing = made;
      return made;
    }

    function fail(error: Error, what = "cannot reach"): void {
      exchange?.end(response.destroyed ? "client gone" : "target gone");
      if (response.headersSent || response.destroyed) response.destroy();
      else refuse(response, 502, `${what} ${target.origin}: ${error.message}`);
    }

    response.on("close", () => {
      over();
      if (response.writableFinished) return;
      exchange?.end("client gone"); // unless the target has gone before
      outgoing?.destroy();
    });
    request.on("error", () => undefined); // `close` of the response follows

    try {
      if (exchange?.mayAsk === true) collect(request, exchange, send);
      else request.pipe(send());
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  // How long a request may take and a connection may be idle is the target's to say.
  const limits = { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0, keepAliveTimeout: 0 };
  return http.createServer(limits, forward);
}

/** Holds a body until it is complete; one that grows too long passes as it is. */
function collect(
  request: http.IncomingMessage,
  exchange: Exchange,
  send: (body?: Buffer, context?: object) => http.ClientRequest,
): void {
  const chunks: Buffer[] = [];
  let kept = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    kept += chunk.length;
    if (kept <= MAX_LINE_BYTES) return;
    request.off("data", onData).off("end", onEnd);
    exchange.unread();
    const outgoing = send();
    for (const each of chunks) outgoing.write(each);
    request.pipe(outgoing);
  };
  const onEnd = (): void => {
    const { body, context } = exchange.asks(Buffer.concat(chunks));
    send(body, context).end(body);
  };
  request.on("data", onData).on("end", onEnd);
}

function answer(
  incoming: http.IncomingMessage,
  response: http.ServerResponse,
  exchange: Exchange | undefined,
): void {
  response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, responseHeaders(incoming));
  exchange?.responds(incoming.statusCode ?? 0, incoming.headers);
  // Soon, since a stream may have nothing to say for hours; and with the first bytes of the body where those are there already.
  // Not by flushHeaders(), which sends headers as UTF-8.
  let begun = false;
  setImmediate(() => void (begun || response.destroyed || response.write(NOTHING)));
  incoming.on("data", (chunk: Buffer) => {
    begun = true;
    if (!response.write(chunk)) incoming.pause();
    exchange?.data(chunk);
  });
  response.on("drain", () => incoming.resume());
  incoming.on("end", () => {
    begun = true;
    if (Object.keys(incoming.trailers).length > 0) response.addTrailers(incoming.trailers);
    response.end();
    exchange?.end("complete");
  });
  incoming.on("error", () => {
    exchange?.end(response.destroyed ? "client gone" : "target gone");
    response.destroy();
  });
}

function describeRequest({ method = "", url = "", headers, httpVersion, socket }: http.IncomingMessage) {
  return { method, url, headers, httpVersion, address: socket.remoteAddress, port: socket.remotePort };
}

function refuse(response: http.ServerResponse, status: number, reason: string): void {
  const text = `mcp-otelkit proxy: ${reason}\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
