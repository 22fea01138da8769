import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import type { SeenSpan } from "../support/seen-span.ts";

/** Endpoints, dead in each way there is. */
export interface Collectors {
  readonly alive: string;
  readonly refused: string;
  readonly "black hole": string;
  readonly "503": string;
  readonly "no TLS": string;
  readonly "no such name": string;
}

export interface Started {
  readonly endpoints: Collectors;
  readonly grpc: string;
  readonly spans: () => SeenSpan[];
  close(): Promise<void>;
}

export async function startCollectors(): Promise<Started> {
  const receiver = await startOtlpReceiver();
  const sockets = new Set<Socket>();
  const hole = await listening(createServer((socket) => sockets.add(socket.on("error", () => undefined))));
  const busy = await listening(createHttpServer((_request, response) => response.writeHead(503).end()));
  const gone = await listening(createServer());
  const refused = `http://127.0.0.1:${portOf(gone)}`;
  await closed(gone);
  return {
    endpoints: {
      alive: receiver.url,
      refused,
      "black hole": `http://127.0.0.1:${portOf(hole)}`,
      "503": `http://127.0.0.1:${portOf(busy)}`,
      "no TLS": `https://127.0.0.1:${portOf(busy)}`,
      "no such name": "http://collector.invalid:4318",
    },
    grpc: receiver.grpcUrl,
    spans: receiver.spans,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([receiver.close(), closed(hole), closed(busy)]);
    },
  };
}

function listening<S extends Server>(server: S): Promise<S> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closed(server: Server & { closeAllConnections?(): void }): Promise<unknown> {
  const done = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections?.();
  return done;
}
