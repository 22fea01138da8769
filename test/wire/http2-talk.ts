// Servers and clients of both versions of HTTP, which say the same things to a proxy between them.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { onTestFinished, vi } from "vitest";
import { hub } from "../../src/hook/hub.ts";
import { createProxy } from "../../src/wire/http/proxy.ts";
import { record } from "../hook/fakes.ts";
import { makeCertificates } from "../stack/certificates.ts";

export type Client = "HTTP/1.1" | "HTTP/2";
/** The last one speaks nothing else. */
export type Target = "http 1.1" | "https 1.1" | "https 2";
export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Ends with an error where the response is cut off. */
  readonly body: Readable;
  trailers(): object;
  cancel(): void;
}

export interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer | Readable;
}

export const CALL = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add" } };
export const JSON_TYPE = { "content-type": "application/json" };
export const ASKED = { headers: JSON_TYPE, body: Buffer.from(JSON.stringify(CALL)) };
export const RESULT = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content: [] } });

const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-test-"));
const { server } = makeCertificates(folder);
const PEM = { key: readFileSync(server.key), cert: readFileSync(server.certificate) };
rmSync(folder, { recursive: true });

const SERVERS: Readonly<Record<Target, (handler: Handler) => Server>> = {
  "http 1.1": (handler) => http.createServer(handler),
  "https 1.1": (handler) => https.createServer(PEM, handler),
  "https 2": (handler) => http2.createSecureServer(PEM, handler as never),
};

/** @param handler of the target's requests; HTTP/2 in Node's compatible form */
export async function startBetween(kind: Target, handler: Handler) {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  onTestFinished(() => void vi.unstubAllEnvs());
  const recording = record();
  const target = SERVERS[kind](handler);
  const sockets = new Set<Socket>();
  const sessions: http2.ServerHttp2Session[] = [];
  target.on(kind === "http 1.1" ? "connection" : "secureConnection", (socket: Socket) => sockets.add(socket));
  target.on("session", (session: http2.ServerHttp2Session) => sessions.push(session));
  const targetPort = await listen(target);
  const origin = `${kind === "http 1.1" ? "http" : "https"}://127.0.0.1:${targetPort}`;
  const proxy = createProxy({ target: new URL(`${origin}/mcp`), observing: hub(), admits: () => true });
  const port = await listen(proxy);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { ...recording, target, targetPort, port, url: `http://127.0.0.1:${port}/mcp`, sockets, sessions };
}

async function listen(listener: Server): Promise<number> {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  onTestFinished(() => void listener.close());
  return (listener.address() as AddressInfo).port;
}

/** One connection. @returns asks by it */
export function connect(kind: Client, url: string): (question: Question) => Promise<Answered> {
  return kind === "HTTP/2" ? connectHttp2(url) : connectHttp1(url);
}

function connectHttp1(url: string): (question: Question) => Promise<Answered> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return async ({ method = "POST", path = "/mcp", headers = {}, body }) => {
    const asking = http.request(new URL(path, url), { method, headers, agent });
    send(asking, body);
    const [answer] = (await once(asking, "response")) as [http.IncomingMessage];
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: answer,
      trailers: () => answer.trailers,
      cancel: () => asking.destroy(),
    };
  };
}

function connectHttp2(url: string): (question: Question) => Promise<Answered> {
  const session = http2.connect(url);
  session.on("error", () => undefined);
  onTestFinished(() => session.destroy());
  return async ({ method = "POST", path = "/mcp", headers = {}, body }) => {
    const stream = session.request(
      { ":method": method, ":path": path, ...headers },
      { endStream: body === undefined },
    );
    let trailers: object = {};
    stream.on("trailers", (given: object) => void (trailers = given));
    if (body !== undefined) send(stream, body);
    const [head] = (await once(stream, "response")) as [http.IncomingHttpHeaders & { ":status": number }];
    return {
      status: head[":status"],
      headers: head,
      body: stream,
      trailers: () => trailers,
      cancel: () => stream.close(http2.constants.NGHTTP2_CANCEL),
    };
  };
}

function send(to: http.ClientRequest | http2.ClientHttp2Stream, body: Question["body"]): void {
  if (body instanceof Readable) body.pipe(to);
  else to.end(body);
}

export const answered: Handler = (request, response) => {
  request.resume().on("end", () => response.writeHead(200, JSON_TYPE).end(RESULT));
};

export type Talk = Awaited<ReturnType<typeof startBetween>>;

export async function ended({ open, lines }: Talk): Promise<string[]> {
  while (open().length > 0) await turn();
  return lines();
}
