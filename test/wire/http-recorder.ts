import { createServer, request as requestTo } from "node:http";
import type { AddressInfo } from "node:net";

/** A request and its response, as they were on the wire. Raw headers: name, value, name, value, in the sender's order and spelling. */
export interface Exchange {
  method: string;
  path: string;
  requestHeaders: string[];
  request: string;
  status: number;
  responseHeaders: string[];
  response: string;
}

export interface HttpRecorder {
  /** The address to call instead of the server's. */
  url: string;
  exchanges: Exchange[];
  close(): Promise<void>;
}

/** A proxy between an HTTP client and a server: passes everything on unchanged, and records it. */
export async function startHttpRecorder(server: string): Promise<HttpRecorder> {
  const exchanges: Exchange[] = [];
  const recorder = createServer((incoming, outgoing) => {
    const { method = "", url: path = "", rawHeaders: requestHeaders } = incoming;
    const exchange: Exchange = {
      method,
      path,
      requestHeaders,
      request: "",
      status: 0,
      responseHeaders: [],
      response: "",
    };
    exchanges.push(exchange);
    const onward = requestTo(
      new URL(path, server),
      { method, headers: requestHeaders, agent: false },
      (answer) => {
        exchange.status = answer.statusCode ?? 0;
        exchange.responseHeaders = answer.rawHeaders;
        outgoing.writeHead(exchange.status, answer.rawHeaders);
        outgoing.flushHeaders();
        answer.setEncoding("utf8").on("data", (text: string) => {
          exchange.response += text;
          outgoing.write(text);
        });
        answer.on("end", () => outgoing.end());
        answer.on("error", () => outgoing.destroy()); // cut off there, so cut off here
      },
    );
    onward.on("error", () => outgoing.destroy());
    // An SDK's client gives up the body of an acknowledgement as soon as it has the head: what was sent is known all the same.
    let isShort = false;
    onward.on("response", ({ headers }) => (isShort = headers["content-type"] !== "text/event-stream"));
    outgoing.on("close", () => void (isShort || onward.destroy()));
    incoming.setEncoding("utf8").on("data", (text: string) => {
      exchange.request += text;
      onward.write(text);
    });
    incoming.on("end", () => onward.end());
  });
  await new Promise<void>((resolve) => recorder.listen(0, "127.0.0.1", resolve));
  const { port } = recorder.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${new URL(server).pathname}`,
    exchanges,
    async close() {
      const closed = new Promise((resolve) => recorder.close(resolve));
      recorder.closeAllConnections();
      await closed;
    },
  };
}
