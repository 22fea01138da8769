// Both sides of a proxy in bytes: a target that records what arrives and says what it is told, and a client that does the same.
import { once } from "node:events";
import * as net from "node:net";
import { onTestFinished } from "vitest";
import { hub } from "../../src/hook/hub.ts";
import { createProxy } from "../../src/wire/http/proxy.ts";
import type { OperationObserver } from "../../src/operation/observer.ts";
import { record } from "../hook/fakes.ts";

export interface Line {
  readonly socket: net.Socket;
  /** Everything that has arrived. */
  arrived(): Buffer;
  /** Resolves as soon as what has arrived contains this. */
  has(text: string): Promise<void>;
  /** Resolves when the other end has closed. */
  readonly closed: Promise<void>;
  send(bytes: string | Buffer): void;
}

function lineOf(socket: net.Socket): Line {
  const chunks: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => chunks.push(bytes));
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  const arrived = (): Buffer => Buffer.concat(chunks);
  return {
    socket,
    arrived,
    has: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!arrived().includes(text)) return;
          socket.off("data", look);
          resolve();
        };
        socket.on("data", look);
        socket.once("close", () =>
          reject(new Error(`closed without ${text}: ${arrived().toString("latin1")}`)),
        );
        look();
      }),
    closed: new Promise((resolve) => void socket.once("close", () => resolve())),
    send: (bytes) => void socket.write(bytes),
  };
}

/** A target, a proxy in front of it, and connections through it. */
export async function startProxied(
  admits: () => boolean = () => true,
  observer: Partial<OperationObserver> = {},
) {
  const recording = record({ observer });
  const waiting: Line[] = [];
  let arrival: () => void = () => undefined;
  const target = net.createServer((socket) => {
    waiting.push(lineOf(socket));
    arrival();
  });
  const targetPort = await listen(target);
  const url = new URL(`http://127.0.0.1:${targetPort}/mcp`);
  const proxy = createProxy({ target: url, observing: hub(), admits });
  const port = await listen(proxy);
  async function next(): Promise<Line> {
    for (;;) {
      const line = waiting.shift();
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => (arrival = resolve));
    }
  }
  async function connect(): Promise<Line> {
    const socket = net.connect(port, "127.0.0.1");
    await once(socket, "connect");
    return lineOf(socket);
  }
  return {
    ...recording,
    targetPort,
    port,
    target,
    proxy,
    /** The connections that the target has got, and {@link next} has not given out. */
    waiting,
    /** Its next connection. */
    next,
    connect,
    /** The event stream of HTTP+SSE: a client's end and the target's, which says that messages belong to this address. */
    async events(address: string): Promise<{ readonly stream: Line; readonly out: Line }> {
      const stream = await connect();
      stream.send("GET /sse HTTP/1.1\r\nHost: here\r\naccept: text/event-stream\r\n\r\n");
      const out = await next();
      await out.has("/sse");
      out.send(`${STREAM}${chunk(`event: endpoint\ndata: ${address}\n\n`)}`);
      await stream.has("endpoint");
      return { stream, out };
    },
  };
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as net.AddressInfo).port;
}

export function post(body: string | Buffer, ...headers: string[]): Buffer {
  const bytes = Buffer.from(body as string);
  const head = ["POST /mcp HTTP/1.1", "host: here", "Content-Type: application/json", ...headers];
  return Buffer.concat([
    Buffer.from(`${[...head, `content-length: ${bytes.length}`].join("\r\n")}\r\n\r\n`, "latin1"),
    bytes,
  ]);
}

export function json(message: object, ...headers: string[]): string {
  const text = JSON.stringify(message);
  return `HTTP/1.1 200 OK\r\n${[...headers, "content-type: application/json", `content-length: ${text.length}`].join("\r\n")}\r\n\r\n${text}`;
}

export const STREAM =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

export const END = "0\r\n\r\n";
