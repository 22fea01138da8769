import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, sensitiveHeaders, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { Asked, Reply } from "./sides.ts";
import { asHttp2, requestFromHttp2, trailersToHttp2 } from "./http2-headers.ts";

const NOTHING = Buffer.alloc(0);

export function askedByHttp1(request: IncomingMessage): Asked {
  const { method = "GET", url = "/", headers, rawHeaders, httpVersion, socket } = request;
  return {
    method,
    url,
    headers,
    rawHeaders,
    httpVersion,
    host: headers.host,
    address: socket.remoteAddress,
    port: socket.remotePort,
    localAddress: socket.localAddress,
    hasBody: headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined,
    body: request,
  };
}

export function askedByHttp2(request: Http2ServerRequest): Asked {
  const { method, url, headers, rawHeaders, socket } = request;
  const hasBody = !request.stream.endAfterHeaders;
  return {
    method,
    url,
    headers,
    hasBody,
    rawHeaders: requestFromHttp2(rawHeaders, hasBody && headers["content-length"] === undefined),
    host: headers[":authority"] ?? headers.host,
    httpVersion: "2",
    address: socket.remoteAddress,
    port: socket.remotePort,
    localAddress: socket.localAddress,
    body: request,
    neverIndexed: (headers as { [sensitiveHeaders]?: readonly string[] })[sensitiveHeaders],
  };
}

export function replyByHttp1(response: ServerResponse): Reply {
  response.sendDate = false;
  return {
    get begun() {
      return response.headersSent;
    },
    get gone() {
      return response.destroyed;
    },
    get finished() {
      return response.writableFinished;
    },
    begin: (status, reason, headers) => void response.writeHead(status, reason, [...headers]),
    // Not by flushHeaders(), which sends headers as UTF-8.
    flush: () => void response.write(NOTHING),
    write: (chunk) => response.write(chunk),
    end(trailers = {}) {
      if (Object.keys(trailers).length > 0) response.addTrailers(trailers);
      response.end();
    },
    cut: () => void response.destroy(),
    on: (event, listener) => void response.on(event, listener),
  };
}

export function replyByHttp2(response: Http2ServerResponse): Reply {
  response.sendDate = false;
  const { stream } = response;
  return {
    get begun() {
      return response.headersSent;
    },
    get gone() {
      return stream.closed || stream.destroyed;
    },
    get finished() {
      // Node ends the stream also where the client resets it.
      return (
        response.writableEnded && stream.writableFinished && stream.rstCode === constants.NGHTTP2_NO_ERROR
      );
    },
    begin: (status, _reason, headers) => asHttp2(headers, (given) => void response.writeHead(status, given)),
    flush: () => undefined, // `begin` has sent the head
    write: (chunk) => response.write(chunk),
    end(trailers = {}) {
      response.addTrailers(trailersToHttp2(trailers));
      response.end();
    },
    // destroy() would end it as if nothing were missing.
    cut: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    on: (event, listener) => void response.on(event, listener),
  };
}
