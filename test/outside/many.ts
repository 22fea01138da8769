import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startProxyProcess } from "../support/proxy-process.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export interface Crowd {
  readonly asked: number;
  readonly answered: number;
  /** Resident megabytes of our process after 10 %, 50 % and 100 %. */
  readonly residentMb: readonly number[];
}

const MESSAGES = 100_000;
const SESSIONS = 1000;
/** How many are under way at a time. */
const AT_ONCE = 50;

export const MANY: Readonly<Record<string, () => Promise<Crowd>>> = {
  [`${MESSAGES} messages through run`]: manyMessages,
  [`${SESSIONS} sessions of ${MESSAGES / SESSIONS} messages through proxy`]: manySessions,
};

async function manyMessages(): Promise<Crowd> {
  const sink = await startSink();
  const words = [path("../../dist/cli.cjs"), "run", "--", "python3", path("../fixtures/wire/server.py")];
  const child = spawn(process.execPath, words, {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], ...sink.env },
  });
  const residentMb: number[] = [];
  let sent = 0;
  let answered = 0;
  const ask = (): void => {
    const method = sent === 0 ? "initialize" : "tools/call";
    const message = {
      jsonrpc: "2.0",
      id: sent,
      method,
      params: { name: "echo", arguments: { text: "hello" } },
    };
    child.stdin.write(`${JSON.stringify(message)}\n`);
    sent += 1;
  };
  ask();
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"result"')) answered += 1;
    if (SHARES.some((share) => answered === MESSAGES * share)) residentMb.push(residentOf(child.pid));
    if (answered === MESSAGES) child.stdin.end();
    while (sent < MESSAGES && sent - answered < AT_ONCE) ask();
  }
  sink.close();
  return { asked: MESSAGES, answered, residentMb };
}

const SHARES = [0.1, 0.5, 1];

async function manySessions(): Promise<Crowd> {
  const sink = await startSink();
  const target = createTarget();
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  const proxy = await startProxyProcess(`http://127.0.0.1:${(target.address() as AddressInfo).port}/mcp`, {
    ...sink.env,
    OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off",
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const residentMb: number[] = [];
  let answered = 0;
  let begun = 0;
  let over = 0;

  async function session(): Promise<void> {
    const first = await send(agent, proxy.url, "POST", messageOf(0, "initialize"));
    const id = String(first.headers["mcp-session-id"]);
    answered += 1;
    for (let call = 1; call < MESSAGES / SESSIONS; call += 1) {
      const { text } = await send(agent, proxy.url, "POST", messageOf(call, "tools/call"), id);
      if (text.includes('"result"')) answered += 1;
    }
    // Every other one ends without a word.
    if (begun % 2 === 0) await send(agent, proxy.url, "DELETE", "", id);
    over += 1;
    if (SHARES.some((share) => over === SESSIONS * share)) residentMb.push(residentOf(proxy.pid));
  }

  async function sessions(): Promise<void> {
    while (begun < SESSIONS) {
      begun += 1;
      await session();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sessions));
  agent.destroy();
  await proxy.end();
  target.close();
  sink.close();
  return { asked: MESSAGES, answered, residentMb };
}

function messageOf(id: number, method: string): string {
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    method,
    params: { name: "echo", arguments: { text: "hello" } },
  });
}

/** Answers with JSON or with an event stream in turns, and gives each client a session. */
function createTarget(): http.Server {
  let sessions = 0;
  return http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      if (request.method === "DELETE") {
        response.end();
        return;
      }
      const { id, method } = JSON.parse(body) as { id: number; method: string };
      if (method === "initialize") response.setHeader("mcp-session-id", `session-${(sessions += 1)}`);
      const answer = JSON.stringify({
        jsonrpc: "2.0",
        id,
        result: { content: [], serverInfo: { name: "many" } },
      });
      if (id % 2 === 0) response.setHeader("content-type", "application/json").end(answer);
      else response.setHeader("content-type", "text/event-stream").end(`event: message\ndata: ${answer}\n\n`);
    });
  });
}

function send(agent: http.Agent, url: string, method: string, body: string, session?: string) {
  return new Promise<{ headers: http.IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      ...(session !== undefined && { "mcp-session-id": session }),
    };
    const request = http.request(url, { method, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ headers: response.headers, text }));
    });
    request.on("error", reject).end(body);
  });
}

/** Takes what is exported. */
async function startSink() {
  const server = http.createServer((request, response) => {
    request
      .resume()
      .on("end", () => response.writeHead(200, { "content-type": "application/x-protobuf" }).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_INSTRUMENTATION_MCP_ADMIN: "off" },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function residentOf(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
