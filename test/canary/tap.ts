import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import type { Piece } from "./places.ts";

export interface OtlpTap {
  readonly url: string;
  /** Every export, headers and body, byte for byte. */
  readonly pieces: readonly Piece[];
  close(): Promise<void>;
}

const CHANNELS: Readonly<Record<string, string>> = {
  "/v1/traces": "traces",
  "/v1/metrics": "metrics",
  "/v1/logs": "logs",
};

/** A collector that keeps everything and reads nothing: a format it could not read would hide a leak. */
export async function startOtlpTap(): Promise<OtlpTap> {
  const pieces: Piece[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      const channel = CHANNELS[request.url ?? ""] ?? "another OTLP path";
      // Content that the user allows in telemetry is not a leak.
      const { "x-note": _own, authorization: _user, ...headers } = request.headers;
      pieces.push({ channel, who: "?", text: bytes.toString("utf8") });
      pieces.push({ channel: "OTLP headers", who: "?", text: JSON.stringify({ url: request.url, headers }) });
      const type = request.headers["content-type"] ?? "application/json";
      response.writeHead(200, { "content-type": type }).end(type === "application/json" ? "{}" : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    pieces,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
