import * as http from "node:http";
import * as http2 from "node:http2";
import * as net from "node:net";
import { MAX_HEADER_BYTES } from "./raw-headers.ts";

/** With these bytes a connection of HTTP/2 begins, and none of HTTP/1.1: https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export interface Handlers {
  readonly http1: (request: http.IncomingMessage, response: http.ServerResponse) => void;
  readonly http2: (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void;
}

/** One port for HTTP/1.1 and for HTTP/2 "with prior knowledge", without TLS. @returns listens to nothing yet */
export function createFront(handlers: Handlers): net.Server {
  // How long a request may take and a connection may be idle is the target's to say.
  const limits = { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0, keepAliveTimeout: 0 };
  const http1 = http.createServer(limits, handlers.http1);
  const second = http2.createServer(
    { settings: { maxHeaderListSize: MAX_HEADER_BYTES }, maxSendHeaderBlockLength: MAX_HEADER_BYTES },
    handlers.http2,
  );
  // As Node's HTTP server has it.
  return net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    recognise(socket, (isHttp2) => {
      if (isHttp2) socket.allowHalfOpen = false;
      // So Node's documentation of both servers says.
      (isHttp2 ? second : http1).emit("connection", socket);
    }),
  );
}

function recognise(socket: net.Socket, found: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const look = (): void => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
    const compared = Math.min(seen.length, PREFACE.length);
    const isHttp2 = seen.subarray(0, compared).equals(PREFACE.subarray(0, compared));
    if (isHttp2 && compared < PREFACE.length) return;
    socket.off("readable", look).off("end", giveUp).off("error", giveUp);
    socket.unshift(seen);
    found(isHttp2);
  };
  const giveUp = (): void => void socket.destroy();
  socket.on("readable", look).on("end", giveUp).on("error", giveUp);
}
