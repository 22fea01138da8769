import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Message, Server } from "./servers.ts";

/** How a conversation went, in terms that are the same for each that went the same way. */
export interface Conversed {
  /** A line for each answer, in the order of the questions. */
  readonly answers: readonly string[];
  /** Lines on stdout that are no JSON-RPC. */
  readonly stray: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds from the end of its input to its own. */
  readonly exitMs: number;
  /** Messages that were sent, notifications included. */
  readonly sent: number;
  readonly stderr: string;
}

const ANSWER_MS = 30_000;
/** What an MCP host does with a server that does not end: SIGTERM after two seconds, SIGKILL after two more. */
const PATIENCE_MS = 2_000;

const OPENING: Message = {
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "official", version: "1.0.0" },
  },
};

/** Starts a server and sends it every request, one after the other, by hand, without an SDK. */
export async function converse(
  server: Server,
  [program = "", ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Conversed> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "mcp-official-"));
  const placed = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll("$DIR", folder)) as T;
  const child = spawn(program, [...words, ...placed(server.args)], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...placed(server.env ?? {}), ...env },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const stray: string[] = [];
  const waiting = new Map<number, (line: string) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = parse(line);
    if (message?.jsonrpc !== "2.0") stray.push(line);
    else if (message.method === undefined && message.id !== undefined) waiting.get(message.id)?.(line);
  });

  let sent = 0;
  const send = (message: object): void => {
    sent += 1;
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  };
  const ask = (question: Message, id: number): Promise<string> =>
    new Promise((resolve) => {
      const late = setTimeout(resolve, ANSWER_MS, `no answer to ${question.method}`);
      void closed.then(() => resolve(`ended before it answered ${question.method}`));
      waiting.set(id, (line) => {
        clearTimeout(late);
        resolve(line.replaceAll(folder, "$DIR"));
      });
      send({ id, ...question });
    });
  try {
    const answers = [await ask(OPENING, 0)];
    send({ method: "notifications/initialized" });
    for (const [index, question] of server.asks.entries())
      answers.push(await ask(placed(question), index + 1));
    const began = performance.now();
    child.stdin.end();
    const impatient = setTimeout(() => child.kill("SIGTERM"), PATIENCE_MS);
    const furious = setTimeout(() => child.kill("SIGKILL"), 2 * PATIENCE_MS);
    const [code, signal] = await closed;
    clearTimeout(impatient);
    clearTimeout(furious);
    return { answers, stray, code, signal, exitMs: performance.now() - began, sent, stderr };
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function parse(line: string): { jsonrpc?: unknown; id?: number; method?: string } | undefined {
  try {
    return JSON.parse(line) as object;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
