import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { decodeTraceRequest } from "../support/otlp-schema.ts";
import { spansFromExport, type TraceExport } from "../support/otlp-spans.ts";
import type { Arrived, CollectorKind, Protocol } from "./cells.ts";

/** A collector of one kind, for one run. */
export interface Collector {
  readonly url: string;
  /** Names of the spans of mcp-otelkit that have arrived. */
  spans(): string[];
  /** Which signals have arrived at all. */
  arrived(): ReadonlySet<Arrived>;
  close(): Promise<void>;
}

export async function startCollector(kind: CollectorKind, protocol: Protocol): Promise<Collector> {
  const names: string[] = [];
  const arrived = new Set<Arrived>();
  const accept = (path: string, body: Uint8Array): void => {
    const signal = SIGNALS.find(([pattern]) => pattern.test(path))?.[1];
    if (signal === undefined) throw new Error(`no such path: ${path}`);
    arrived.add(signal);
    if (signal !== "spans") return;
    const spans = spansFromExport(decodeTraceRequest(body) as TraceExport);
    names.push(...spans.filter(({ scope }) => scope === "mcp-otelkit").map(({ name }) => name));
  };
  const server = createServer(kind, protocol, accept);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => void sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  if (kind === "refused") await close();
  return { url: `http://127.0.0.1:${port}`, spans: () => names, arrived: () => arrived, close };
}

const SIGNALS: readonly (readonly [RegExp, Arrived])[] = [
  [/traces|TraceService/, "spans"],
  [/metrics|MetricsService/, "metrics"],
  [/logs|LogsService/, "logs"],
];

type Accept = (path: string, body: Uint8Array) => void;

function createServer(kind: CollectorKind, protocol: Protocol, accept: Accept): Server {
  if (kind === "black hole") return createTcpServer((socket) => socket.on("error", () => undefined));
  const refuses = kind === "503";
  if (protocol === "grpc") {
    const server = createHttp2Server();
    server.on(
      "stream",
      (stream, headers) => void answerGrpc(stream, String(headers[":path"]), refuses ? undefined : accept),
    );
    server.on("sessionError", () => undefined); // the process on the other side has ended
    return server;
  }
  return createHttpServer((request: IncomingMessage, response) => {
    buffer(request).then(
      (body) => {
        if (!refuses) accept(String(request.url), body);
        response.writeHead(refuses ? 503 : 200).end();
      },
      () => undefined, // the same
    );
  });
}

/** Unavailable is what gRPC calls a 503. */
async function answerGrpc(
  stream: ServerHttp2Stream,
  path: string,
  accept: Accept | undefined,
): Promise<void> {
  stream.on("error", () => undefined); // the same
  const body = await buffer(stream);
  const headers = { ":status": 200, "content-type": "application/grpc" };
  if (accept === undefined) {
    stream.respond({ ...headers, "grpc-status": "14" }, { endStream: true });
    return;
  }
  accept(path, body.subarray(5));
  stream.respond(headers, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(Buffer.alloc(5)); // an empty message
}
