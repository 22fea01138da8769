/** `npx mcp-otelkit run -- <command ...>`: a server over stdio in any language, seen from within or from the pipe. */
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describeFault } from "../output/describe-fault.ts";
import { say } from "../output/say.ts";
import { flushTelemetry } from "../runtime/exit/flush-request.ts";
import { createHandover, type Handover } from "../runtime/handover.ts";
import { isWanted, loadAhead, observeFromOutside } from "../runtime/outside.ts";
import { relay, type Relay } from "../wire/pipe/pipe.ts";
import { endWithUs } from "./end-with-us.ts";
import { mayBeNode, nameOfCommand } from "./server-name.ts";

const HELP = `usage: npx mcp-otelkit run -- <command> [arguments]

Starts an MCP server over stdio, in any language, and records what it is asked and answers. A Node program is seen from within,
any other from the pipe. The OTEL_* variables say where telemetry goes.
`;

/** Passed on to the server. Those that cannot be caught, and those of job control, do what they do. */
const SIGNALS: readonly NodeJS.Signals[] = [
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
];

/** How long the output of a server that has ended may be held open, by a process that it left behind. */
const LEFT_BEHIND_MS = 300;

/** The most that a pipe holds, by default: https://man7.org/linux/man-pages/man7/pipe.7.html */
const MAX_PIPE_BYTES = 1024 * 1024;

/** How long the last export may take, from the end of the host's input on: MCP hosts kill a server 2 s after that. */
const LAST_EXPORT_MS = 1500;
const LEAST_MS = 300;

/** What a shell answers for a command that cannot be started. */
const NOT_STARTED = { ENOENT: 127, EACCES: 126 } as const;

/** @returns an exit code where nothing is started; else the process ends as the server does */
export async function run(words: readonly string[]): Promise<number> {
  const command = words[0] === "--" ? words.slice(1) : words;
  const [program] = command;
  if (program === undefined || (words[0] !== "--" && program.startsWith("-"))) {
    const asked = program === "--help" || program === "-h";
    process.stderr.write(HELP);
    return asked ? 0 : 2;
  }
  const handover = isWanted(process.env) ? createHandover() : undefined;
  const child = spawn(program, command.slice(1), {
    stdio: ["pipe", "pipe", "inherit"],
    env: handover === undefined ? process.env : { ...process.env, ...handover.env, ...withPreload() },
  });
  const started = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    child.once("spawn", () => resolve(undefined));
    child.once("error", resolve);
  });
  if (started !== undefined) {
    say(`run: ${started.message}`);
    return NOT_STARTED[started.code as keyof typeof NOT_STARTED] ?? 1;
  }
  child.on("error", () => undefined); // a signal that found nobody
  // A fault in here must not end the server.
  process.on("uncaughtException", (error) =>
    say(`mcp-otelkit failed, and messages pass: ${describeFault(error)}`),
  );
  handover?.started(child.pid);
  const { code, signal } = await serve(child, command, handover);
  if (signal !== null) await dieBy(signal);
  return code ?? 1;
}

async function serve(
  child: ChildProcess,
  command: readonly string[],
  handover: Handover | undefined,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("a server without a pipe");
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  passSignalsOn(child);
  const stopWatching = child.pid === undefined ? () => undefined : endWithUs(child.pid);
  let inputEnded = Number.POSITIVE_INFINITY;
  process.stdin.once("close", () => {
    inputEnded = performance.now();
    void flushTelemetry(); // now there is time
  });
  const name = nameOfCommand(command);
  const passing = relay(
    { host: { input: process.stdin, output: process.stdout }, server: { input: stdin, output: stdout } },
    (server) => {
      const seen = handover?.seen() ?? false;
      handover?.forget();
      return seen ? undefined : observeFromOutside(`the pipe of ${name}`, server?.name ?? name);
    },
  );
  if (isWanted(process.env) && !mayBeNode(command)) setImmediate(loadAhead);
  const ended = await exited;
  stopWatching();
  await lastOutput(passing);
  passing.end();
  handover?.forget();
  const left = LAST_EXPORT_MS - Math.max(0, performance.now() - inputEnded);
  await Promise.race([flushTelemetry(), after(Math.max(LEAST_MS, left))]);
  return ended;
}

/**
 * Waits for what the server has written before its end, however slowly the host reads it: it lies in the pipe, and is read as the
 * host makes room. What comes beyond the size of a pipe comes from a process that the server left behind.
 */
async function lastOutput(passing: Relay): Promise<void> {
  const atExit = passing.passed;
  let before = -1;
  let over = false;
  while (!over && passing.passed > before && passing.passed - atExit <= MAX_PIPE_BYTES) {
    before = passing.passed;
    await passing.written();
    over = await Promise.race([
      passing.outputEnded.then(() => true),
      after(LEFT_BEHIND_MS).then(() => false),
    ]);
  }
  await passing.written();
}

/**
 * The preload for every Node program below, beside what the environment gives it. By a path: it has to be found from anywhere. And by
 * `--require`: a Node that is too old for `--import` in there would not start.
 */
function withPreload(): { NODE_OPTIONS: string } {
  const file = fileURLToPath(new URL("./register.cjs", import.meta.url));
  const quoted = /[\s"\\]/.test(file) ? `"${file.replaceAll(/["\\]/g, "\\$&")}"` : file;
  const given = process.env["NODE_OPTIONS"];
  return { NODE_OPTIONS: [given, `--require=${quoted}`].filter(Boolean).join(" ") };
}

function passSignalsOn(child: ChildProcess): void {
  for (const signal of SIGNALS) {
    // From a terminal a signal goes to every process of the group, the server included.
    if (process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT" || signal === "SIGWINCH")) {
      process.on(signal, () => undefined);
      continue;
    }
    process.on(signal, () => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    });
  }
}

/** Ends this process in the way in which the server has ended. */
async function dieBy(signal: NodeJS.Signals): Promise<void> {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  await after(1000); // a signal that Node does not die of
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
