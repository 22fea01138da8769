import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SDKS, type Cell } from "./cells.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { patience } from "../support/patience.ts";

/** How a conversation of `test/fixtures/conversations` is run. */
export interface Circumstances {
  sandbox: Sandbox;
  node: string;
  /** URL of the preload; unset, the programs run without mcp-otelkit. */
  preload?: string;
  /** Variables of both sides, beside PATH. */
  env?: Record<string, string>;
  /** The words before a stdio server's command. */
  before?: readonly string[];
  /** Puts something between an HTTP client and the server: takes the server's address, gives the one to call. */
  between?: (url: string) => Promise<string>;
}

export interface Conversation {
  /** One line per step: what the caller saw. */
  transcript: string[];
  client: Ended;
  /** Of an HTTP server, or of each server a stdio client started, in the order of starting. */
  servers: Ended[];
  /** What went through each stdio server's pipes. */
  pipes: { toServer: string; toClient: string }[];
  /** What went from one end to the other in memory. */
  memory: { from: "client" | "server"; sent: string; changedTo?: string }[];
}

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

const HUNG_AFTER_MS = patience(20_000);

export async function runConversation(cell: Cell, circumstances: Circumstances): Promise<Conversation> {
  const records = mkdtempSync(circumstances.sandbox.path("record-"));
  const run = startProgram.bind(undefined, cell, { ...circumstances, records });

  if (cell.way === "memory") {
    const client = await run("memory", "conversation-client", []).ended;
    return {
      ...told(client),
      servers: [],
      pipes: [],
      memory: readLines(join(records, "memory.jsonl")) as Conversation["memory"],
    };
  }
  if (cell.way === "stdio" || cell.way === "stdio-modern") {
    const server = command(cell, circumstances, "server");
    const tee = [process.execPath, circumstances.sandbox.path("tee.mjs"), records];
    const client = await run("client", "conversation-client", [
      cell.way,
      ...(circumstances.before ?? []),
      ...tee,
      ...server,
      cell.way,
    ]).ended;
    const files = readdirSync(records).toSorted((one, other) => parseInt(one) - parseInt(other));
    const pipes = files.map(
      (file) => JSON.parse(readFileSync(join(records, file), "utf8")) as Conversation["pipes"][0] & Ended,
    );
    // A stdio server's stderr is part of its client's.
    return {
      ...told(client),
      servers: pipes.map(({ code, signal }) => ({ code, signal, stdout: "", stderr: "" })),
      pipes,
      memory: [],
    };
  }
  const server = run("server", "conversation-server", [cell.way]);
  try {
    const url = await server.firstLine;
    const client = await run("client", "conversation-client", [
      cell.way,
      (await circumstances.between?.(url)) ?? url,
    ]).ended;
    server.child.stdin?.end();
    return { ...told(client), servers: [await server.ended], pipes: [], memory: [] };
  } finally {
    server.child.kill("SIGKILL");
  }
}

function told(client: Ended) {
  return { transcript: client.stdout.split("\n").filter((line) => line !== ""), client };
}

/** The words of a program's command line. */
function command(
  cell: Cell,
  { node, preload, sandbox }: Circumstances,
  role: "client" | "server" | "memory",
): string[] {
  const program = sandbox.path(`${SDKS[cell.sdk].generation}-${role}.${cell.format}`);
  return preload === undefined ? [node, program] : [node, "--import", preload, program];
}

function startProgram(
  cell: Cell,
  circumstances: Circumstances & { records: string },
  role: "client" | "server" | "memory",
  service: string,
  args: string[],
): { child: ChildProcess; firstLine: Promise<string>; ended: Promise<Ended> } {
  const [program = "", ...words] = command(cell, circumstances, role);
  const child = spawn(program, [...words, ...args], {
    cwd: circumstances.sandbox.folder,
    // Without the environment: a variable of OpenTelemetry or NODE_OPTIONS would change the measurement.
    env: {
      PATH: process.env["PATH"],
      OTEL_SERVICE_NAME: service,
      CONVERSATION_RECORD: join(circumstances.records, "memory.jsonl"),
      ...circumstances.env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (stdout.includes("\n")) resolve(stdout.slice(0, stdout.indexOf("\n")));
    });
    child.on("close", () => reject(new Error(`the ${role} ended before it said where it is: ${stderr}`)));
  });
  firstLine.catch(() => undefined); // only an HTTP server gets this request
  const ended = new Promise<Ended>((resolve, reject) => {
    const hung = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the ${role} hung; its last words: ${(stdout + stderr).slice(-500)}`));
    }, HUNG_AFTER_MS);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(hung);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, firstLine, ended };
}

function readLines(file: string): unknown[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as unknown);
}
