// The cost of one process: a stdio server until its answer to `initialize` arrives, or a whole process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";

export interface Launch {
  readonly node: string;
  /** Arguments for `node` before the program. */
  readonly flags: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Unknown for a process that has ended. */
  readonly residentMb?: number;
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "bench", version: "1.0.0" },
  },
};

/** Starts a stdio server and sends it one request over the pipe; the server is stopped while its figures are read. */
export async function untilInitialized({ node, flags, cwd, env }: Launch, program: string): Promise<Cost> {
  const began = performance.now();
  const child = spawn(node, [...flags, program], {
    cwd,
    env: environment(env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined); // it has ended already, and the message below says why
  child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
  const closed = once(child, "close");
  try {
    return await new Promise<Cost>((resolve, reject) => {
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        if (!stdout.includes('"result"') || !stdout.includes("\n")) return;
        const wallMs = performance.now() - began;
        child.kill("SIGSTOP");
        resolve({ wallMs, cpuMs: cpuMsOf(child.pid), residentMb: residentMbOf(child.pid) });
        child.stdout.removeAllListeners("data");
      });
      child.once("error", reject);
      child.once("close", () => reject(new Error(`no answer from ${flags.join(" ")} ${program}: ${stderr}`)));
    });
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
}

/** A process that does nothing: bash reads the resource usage of the child it has waited for, to the millisecond. */
export async function wholeProcess({ node, flags, cwd, env }: Launch): Promise<Cost> {
  const script = `TIMEFORMAT='%3R %3U %3S'; time "$@" 2>/dev/null`;
  const child = spawn("bash", ["-c", script, "bash", node, ...flags, "-e", "0"], {
    cwd,
    env: { ...environment(env), LC_ALL: "C" },
    stdio: ["ignore", "inherit", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = (await once(child, "close")) as [number | null];
  const [wall, user, system] = said.trim().split(" ").map(Number);
  if (code !== 0 || wall === undefined || user === undefined || system === undefined)
    throw new Error(`node ${flags.join(" ")} -e 0 ended with ${code}: ${said}`);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], ...env };
}

/**
 * User and system time of all threads, to the nanosecond: https://docs.kernel.org/scheduler/sched-stats.html.
 * /proc/PID/stat counts threads that have ended as well, in steps of 10 ms.
 */
function cpuMsOf(pid: number | undefined): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  const alive = threads.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
  // The name of the program may have spaces in it; it ends with the last bracket. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Math.max(alive, (Number(fields[11]) + Number(fields[12])) * 10);
}

function residentMbOf(pid: number | undefined): number {
  const [, kilobytes = "NaN"] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}
