import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { ENDINGS, type Ending } from "./cells.ts";

export interface How {
  /** The program of Node. */
  readonly node: string;
  /** Where `server.mjs` and `host.mjs` are. */
  readonly folder: string;
  /** URL of the preload; without it the server runs as if we were not there. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a server ended. */
export interface Ended {
  /** Milliseconds from the sign to the end. */
  readonly ms: number;
  /** Exit code or signal, as a shell or a parent sees it. */
  readonly status: string;
  /** Process ids are not the same twice. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Beside a collector that is dead, the SDK of an application may take this long by itself. */
const HUNG_AFTER_MS = 60_000;

/** Starts a server, has it answer a call, and ends it. */
export async function endServer(ending: Ending, how: How): Promise<Ended> {
  const words = [...(how.preload === undefined ? [] : ["--import", how.preload]), "server.mjs"];
  const hosted = ending === "parent killed";
  const child = spawn(how.node, hosted ? ["host.mjs", how.node, ...words] : words, {
    cwd: how.folder,
    env: { PATH: process.env["PATH"], ...how.env },
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const { stdin } = child;
  stdin.on("error", () => undefined); // a server that is gone; how it ended says more
  const said = { stdout: "", stderr: "", told: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  const told = child.stdio[3] as Readable;
  told.setEncoding("utf8").on("data", (text: string) => (said.told += text));

  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`hung; stdout: ${said.stdout} stderr: ${said.stderr}`));
    }, HUNG_AFTER_MS);
  });
  const exited = once(child, "exit") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  const closed = once(child, "close");
  const heard = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (said.stdout.includes(text) && resolve());
      child.stdout.on("data", look);
      child.on("exit", () => reject(new Error(`ended before ${text}; stderr: ${said.stderr}`)));
      look();
    });
  const send = (message: object): void =>
    void stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const call = (id: number, name: string): void =>
    send({ id, method: "tools/call", params: { name, arguments: {} } });

  try {
    const clientInfo = { name: "host", version: "1.0.0" };
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
    send({ id: 0, method: "initialize", params });
    send({ method: "notifications/initialized" });
    call(1, "add");
    await Promise.race([heard('"id":1'), hung]);

    const since = performance.now();
    const { calls } = ENDINGS[ending];
    if (calls !== undefined) call(2, calls);
    else if (ending === "SIGTERM" || ending === "SIGINT") child.kill(ending);
    else if (hosted) child.kill("SIGKILL");
    else stdin.end();

    if (hosted) {
      const ended = new Promise<string>((resolve) => {
        const look = (): void => {
          const status = /^ended (\d+)$/m.exec(said.told)?.[1];
          if (status !== undefined) resolve(status);
        };
        told.on("data", look);
        look();
      });
      const status = await Promise.race([ended, hung]);
      return { ms: performance.now() - since, status, ...printed(said) };
    }
    const [code, signal] = await Promise.race([exited, hung]);
    const ms = performance.now() - since;
    await Promise.race([closed, hung]);
    return { ms, status: signal ?? String(code), ...printed(said) };
  } finally {
    clearTimeout(timer);
    hung.catch(() => undefined);
    child.kill("SIGKILL");
    const server = /pid (\d+)/.exec(said.stdout)?.[1];
    if (hosted && server !== undefined && !said.told.includes("ended"))
      process.kill(Number(server), "SIGKILL");
  }
}

function printed({ stdout, stderr }: { stdout: string; stderr: string }): Pick<Ended, "stdout" | "stderr"> {
  return { stdout: stdout.replaceAll(/pid \d+/g, "pid"), stderr };
}
