import type { Server } from "node:net";
import type { Readable, Writable } from "node:stream";
import { createEndpoints } from "../../operation/http-endpoint.ts";
import type { Carrier } from "../../operation/observer.ts";
import { safely } from "../../output/safely.ts";
import { askedByHttp1, askedByHttp2, replyByHttp1, replyByHttp2 } from "./clients.ts";
import { createHttpConversations } from "./conversations.ts";
import { createExchange, type Exchange, type Observed } from "./exchange.ts";
import { createFront } from "./one-port.ts";
import { createHops, type Hop } from "./hops.ts";
import type { Answer, Asked, Reply, Sent } from "./sides.ts";
import { MAX_LINE_BYTES } from "../pipe/lines.ts";
import type { Observing } from "../passing.ts";
import { forwardedHeaders, responseHeaders } from "./raw-headers.ts";

export interface ProxyOptions {
  readonly target: URL;
  /** `undefined`: everything passes, and nothing is observed. */
  readonly observing: Observing | undefined;
  /** Whether a request is to be answered at all. */
  readonly admits: (request: Asked) => boolean;
}

/** Begins the request to the target. @param body all of it, where it is known @param context trace context */
type Send = (then: (outgoing: Writable) => void, body?: Buffer, context?: Carrier) => void;

/**
 * Passes HTTP requests on to the target and its responses back, and looks at what passes. A body that may be a message is held until it
 * is complete, since trace context is added to it; all others, and all responses, pass as they come.
 * @returns listens to nothing yet
 */
export function createProxy({ target, observing, admits }: ProxyOptions): Server {
  const observed: Observed | undefined = observing && {
    observing,
    conversations: createHttpConversations(observing),
    endpoints: createEndpoints(),
  };
  const hops = createHops(target);

  function forward(request: Asked, reply: Reply, hop: Hop): void {
    if (!admits(request)) {
      refuse(
        request,
        reply,
        403,
        `the Host header ${request.host ?? ""} names another host than this proxy's`,
      );
      return;
    }
    const exchange = observed && safely("http request", () => createExchange(observed, request));
    let sent: Sent | undefined;
    const over = hop.begin();

    const send: Send = (then, body, context = {}) => {
      const { method, url, rawHeaders, hasBody, neverIndexed } = request;
      const declared = body !== undefined && request.headers["content-length"] !== undefined;
      const path = url === "/" ? target.pathname + target.search : url;
      const headers = forwardedHeaders(rawHeaders, target.host, declared ? body.length : undefined, context);
      hop.find((way) => {
        if (reply.gone) return;
        if (way instanceof Error) return fail(way);
        try {
          sent = way({ method, path, headers, hasBody, neverIndexed }, { answer: pass, fail });
          then(sent.body);
          // It may answer and want no more of the body, for which the connection of the client would wait.
          sent.body.once("close", () => void request.body.resume());
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      });
    };

    function pass(answer: Answer): void {
      try {
        passOn(answer, reply, exchange);
        answer.body.on("end", () => {
          // The target has said all, and wants no more of the body: the client's stream would stay for it.
          if (request.httpVersion !== "2" || request.body.readableEnded) return;
          request.body.unpipe();
          request.body.resume();
          sent?.cancel();
        });
      } catch (error) {
        // A head that Node reads and does not write.
        sent?.cancel();
        fail(error as Error, "cannot pass on the answer of");
      }
    }

    function fail(error: Error, what = "cannot reach"): void {
      exchange?.end(reply.gone ? "client gone" : "target gone");
      if (reply.begun || reply.gone) reply.cut();
      else refuse(request, reply, 502, `${what} ${target.origin}: ${error.message}`);
    }

    reply.on("close", () => {
      over();
      if (reply.finished) return;
      exchange?.end("client gone"); // unless the target has gone before
      sent?.cancel();
    });
    request.body.on("error", () => undefined); // `close` of the response follows

    if (exchange?.mayAsk === true) collect(request.body, exchange, send);
    else send((outgoing) => request.body.pipe(outgoing));
  }

  return createFront({
    http1: (request, response) =>
      forward(askedByHttp1(request), replyByHttp1(response), hops.ofHttp1(request.socket)),
    http2(request, response) {
      const { session } = request.stream;
      if (session !== undefined)
        forward(askedByHttp2(request), replyByHttp2(response), hops.ofHttp2(session));
    },
  });
}

/** Holds a body until it is complete; one that grows too long passes as it is. */
function collect(request: Readable, exchange: Exchange, send: Send): void {
  const chunks: Buffer[] = [];
  let kept = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    kept += chunk.length;
    if (kept <= MAX_LINE_BYTES) return;
    request.off("data", onData).off("end", onEnd).pause();
    exchange.unread();
    send((outgoing) => {
      for (const each of chunks) outgoing.write(each);
      request.pipe(outgoing);
    });
  };
  const onEnd = (): void => {
    const { body, context } = exchange.asks(Buffer.concat(chunks));
    send((outgoing) => outgoing.end(body), body, context);
  };
  request.on("data", onData).on("end", onEnd);
}

function passOn(answer: Answer, reply: Reply, exchange: Exchange | undefined): void {
  const { status, body } = answer;
  reply.begin(status, answer.reason, responseHeaders(answer));
  exchange?.responds(status, answer.headers);
  // Soon, since a stream may have nothing to say for hours; and with the first bytes of the body where those are there already.
  let begun = false;
  setImmediate(() => void (begun || reply.gone || reply.flush()));
  let ended = false;
  body.on("data", (chunk: Buffer) => {
    begun = true;
    if (!reply.write(chunk)) body.pause();
    exchange?.data(chunk);
  });
  reply.on("drain", () => void body.resume());
  body.on("end", () => {
    if (!answer.complete()) return;
    begun = ended = true;
    reply.end(answer.trailers());
    exchange?.end("complete");
  });
  const cut = (): void => {
    if (ended) return;
    exchange?.end(reply.gone ? "client gone" : "target gone");
    reply.cut();
  };
  body.on("error", cut).on("close", cut);
}

function refuse(request: Asked, reply: Reply, status: number, reason: string): void {
  const text = Buffer.from(`mcp-otelkit proxy: ${reason}\n`);
  const headers = ["content-type", "text/plain; charset=utf-8", "content-length", String(text.length)];
  reply.begin(status, undefined, headers);
  reply.write(text);
  reply.end();
  request.body.resume(); // else a connection that is used again waits for its end
}
