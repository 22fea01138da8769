// A server in a separate process: started, waited for, killed, started again, measured, and never left behind.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";

export interface Described {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Answers 2xx once the server can be used; `tcp://` where a connection is all there is to see. */
  readonly ready: string;
  /** Appended to, so that a second life does not cover up how the first one ended. */
  readonly log: string;
  /** Another user than this process's, by number; only root may ask for it. */
  readonly user?: number;
  /** A command for what the process leaves behind when it is killed. */
  readonly cleanUp?: readonly string[];
}

export interface Service {
  readonly name: string;
  /** Resolves when it is ready; rejects with its log when it ends before, or takes too long. */
  start(): Promise<void>;
  /** Resolves when the process has ended. Default: SIGTERM. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  log(): string;
  /** Without waiting for anything. */
  signal(signal: NodeJS.Signals): void;
  usage(): Usage;
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

const READY_WITHIN_MS = 120_000;
/** Longer than any server needs to write its memory to disk. */
const STOPPED_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 50;

export function describeService(described: Described): Service {
  let child: ChildProcess | undefined;
  let ended: Promise<string> | undefined;

  const start = async (): Promise<void> => {
    const output = openSync(described.log, "a");
    // Only the variables that find and name things: an OTEL_* variable here would change what is tested.
    const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...described.env };
    const { program, args, user: uid } = described;
    const as = uid === undefined ? {} : { uid, gid: uid };
    const started = spawn(program, args, { env, stdio: ["ignore", output, output], ...as });
    closeSync(output);
    child = started;
    living.add(started);
    let end: string | undefined;
    ended = new Promise<string>((resolve) => {
      started.on("error", (error) => resolve(error.message));
      started.on("exit", (code, signal) => resolve(`it ended with ${code ?? signal}`));
    });
    void ended.then((how) => {
      end = how;
      living.delete(started);
      cleanUp(described);
    });
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await answers(described.ready))) {
      if (end === undefined && Date.now() > deadline) await stop("SIGKILL");
      if (end !== undefined) throw new Error(`${described.name} was not ready, ${end}\n${tail(log())}`);
      await pause(ASK_EVERY_MS);
    }
  };

  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    if (child === undefined || !living.has(child)) return;
    const one = child;
    one.kill(signal);
    const timer = setTimeout(() => one.kill("SIGKILL"), STOPPED_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };

  const log = (): string => (existsSync(described.log) ? readFileSync(described.log, "utf8") : "");
  const signal = (name: NodeJS.Signals): void => {
    if (child !== undefined && living.has(child)) child.kill(name);
  };
  return { name: described.name, start, stop, log, signal, usage: () => usageOf(child?.pid) };
}

const living = new Set<ChildProcess>();

function cleanUp({ cleanUp: [command, ...words] = [] }: Described): void {
  if (command !== undefined) spawnSync(command, words, { stdio: "ignore" });
}

/** A process that goes away takes its servers along: nothing else would ever end them. */
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});
/** A signal does not lead there by default. Code that has to do more before that adds a listener. */
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => {
    if (process.listenerCount(signal) === 0) process.exit(code);
  });

async function answers(url: string): Promise<boolean> {
  if (url.startsWith("tcp:")) return connects(new URL(url));
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.ok === true;
}

function connects({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

function tail(log: string): string {
  return log.split("\n").slice(-60).join("\n");
}

/** https://man7.org/linux/man-pages/man5/proc.5.html; the clock tick of every Linux that Node runs on is 100 to the second. */
function usageOf(pid: number | undefined): Usage {
  // The second field is the program's name, in parentheses, and may have blanks in it.
  const [, after = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) (?!.*\) )/);
  const fields = after.split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    residentBytes: kilobytes("VmRSS") * 1024,
    peakBytes: kilobytes("VmHWM") * 1024,
  };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
