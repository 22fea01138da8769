import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { withoutAddedMeta } from "../support/added-meta.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { patience } from "../support/patience.ts";
import type { SeenSpan } from "../support/seen-span.ts";

/** A program with its arguments and environment; `$DIR` is the folder of the conversation. */
export interface Program {
  readonly node: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** How a conversation went. */
export interface Talked {
  /** Everything on stdout but for the trace context that mcp-otelkit adds to `_meta`. */
  readonly stdout: string;
  readonly stderr: string;
  /** From the start of the process to its answer to `initialize`; `undefined` where none came. */
  readonly startMs: number | undefined;
  /** The exit code or the signal, and what it took. */
  readonly status: string;
  /** MCP spans of either side. */
  readonly spans: readonly SeenSpan[];
}

const ANSWER_MS = patience(15_000);
/** A session lasts longer than the first batch of spans. What comes after it has to be delivered while the server ends. */
const SPAN_MS = patience(1_500);
const ARRIVAL_MS = patience(500);
const LEFT_BEHIND_MS = patience(500);
/** A host sends SIGTERM after two seconds to a server that does not end with its input. A busy machine needs more for the same. */
const GRACE_MS = patience(1_500);

/** Its folders; a server may leave a browser behind that still writes into one of them. */
const FOLDERS = mkdtempSync(join(realpathSync(tmpdir()), "mcp-reach-"));
process.once("exit", () => rmSync(FOLDERS, { recursive: true, force: true, maxRetries: 5 }));
let talks = 0;

const OPENING = {
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "reach", version: "1.0.0" },
  },
};
const QUESTIONS: readonly object[] = [
  { method: "tools/list" },
  { method: "tools/call", params: { name: "no-such-tool", arguments: {} } },
];

/** With the first request and the notification behind it. Each is a span. */
export const MESSAGES = QUESTIONS.length + 2;

/**
 * Starts a server in a new folder, which is its home as well, and talks to it by hand, without an SDK.
 * @param traced waits for the first span, if there is one
 */
export async function talk({ node, command, env, files }: Program, traced = false): Promise<Talked> {
  talks += 1;
  const folder = join(FOLDERS, String(talks));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const receiver = await startOtlpReceiver();
  const placed = (value: string): string =>
    value.replaceAll("$DIR", folder).replaceAll("$OTLP", receiver.url);
  const [program = "", ...words] = command.map(placed);
  const began = performance.now();
  const child = spawn(program, words, {
    cwd: folder,
    env: {
      PATH: [dirname(node), process.env["PATH"]].join(delimiter),
      HOME: folder,
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, placed(value)])),
    },
    detached: true, // a group, so that nothing is left of it afterwards
  });
  const output: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (piece: Buffer) => output.push(piece));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.on("error", (error) => (stderr += error.message));
  const ended = once(child, "close").catch(() => [null, null]) as Promise<[number | null, string | null]>;
  // A launcher may end and leave a program behind that holds its pipes open.
  let leaving: NodeJS.Timeout | undefined;
  child.once("exit", () => (leaving = setTimeout(endGroup, LEFT_BEHIND_MS, child.pid)));
  const waiting = new Map<unknown, (answered: boolean) => void>();
  void ended.then(() => waiting.forEach((settle) => settle(false)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, method } = parse(line);
    if (method === undefined) waiting.get(id)?.(true);
    else if (id !== undefined) send({ id, error: { code: -32601, message: "Method not found" } });
  });
  function send(message: object): void {
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
  function ask(question: object, id: number): Promise<boolean> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, ANSWER_MS, false);
      waiting.set(id, (answered) => {
        clearTimeout(late);
        resolve(answered);
      });
      send({ id, ...question });
    });
  }

  try {
    const started = await ask(OPENING, 0);
    const startMs = started ? performance.now() - began : undefined;
    if (started) {
      send({ method: "notifications/initialized" });
      if (traced) await receiver.waitFor(hasOurs, SPAN_MS).catch(() => undefined); // who is not seen has none
      for (const [index, question] of QUESTIONS.entries()) await ask(question, index + 1);
    }
    const killed: string[] = [];
    const kill = (signal: NodeJS.Signals) => (killed.push(signal), child.kill(signal));
    child.stdin.end();
    const impatient = setTimeout(kill, GRACE_MS, "SIGTERM");
    const furious = setTimeout(kill, 2 * GRACE_MS, "SIGKILL");
    const [code, signal] = await ended;
    clearTimeout(impatient);
    clearTimeout(furious);
    // What was sent last may still be on its way.
    if (hasOurs(receiver.spans())) await receiver.waitFor(hasAll, ARRIVAL_MS).catch(() => undefined);
    return {
      stdout: withoutAddedMeta(Buffer.concat(output)).toString().replaceAll(folder, "$DIR"),
      stderr,
      startMs,
      status: [String(signal ?? code), ...killed.map((sent) => `after ${sent}`)].join(" "),
      spans: receiver.spans().filter(isOurs),
    };
  } finally {
    clearTimeout(leaving);
    endGroup(child.pid);
    await receiver.close();
  }
}

const isOurs = ({ scope }: SeenSpan): boolean => scope === "mcp-otelkit";
const hasOurs = (spans: readonly SeenSpan[]): boolean => spans.some(isOurs);
const hasAll = (spans: readonly SeenSpan[]): boolean => spans.filter(isOurs).length >= MESSAGES;

/** What the server has started and left behind. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // nothing is left
  }
}

function parse(line: string): { id?: unknown; method?: string } {
  try {
    const message = JSON.parse(line) as object | null;
    return message ?? {};
  } catch {
    return { method: "no message" }; // a line that is not of the protocol
  }
}
