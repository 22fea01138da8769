import { spawn, type ChildProcess } from "node:child_process";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves when it and its pipes are closed; rejects when that takes too long, having ended it. */
  ended(timeoutMs: number): Promise<Ended>;
}

export function start(file: string, args: string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const closed = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  // The code that waits for the end gets the error there; before that, there may be no listener.
  closed.catch(() => undefined);
  return { child, stdout: () => stdout, stderr: () => stderr, ended };

  async function ended(timeoutMs: number): Promise<Ended> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        child.kill("SIGKILL");
        reject(new Error(`${file} ${args.join(" ")} did not end within ${timeoutMs} ms\n${stderr}`));
      }, timeoutMs);
    });
    return Promise.race([closed, late]).finally(() => clearTimeout(timer));
  }
}

/** Waits until a program has printed a whole line of a kind, and returns it. */
export function lineMatching(
  { child, stdout, stderr }: Running,
  kind: RegExp,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => settle(() => reject(new Error(`not ready in time\n${stderr()}`))),
      timeoutMs,
    );
    const look = (): void => {
      const line = stdout()
        .split("\n")
        .slice(0, -1)
        .find((text) => kind.test(text));
      if (line !== undefined) settle(() => resolve(line));
    };
    const fail = (): void => settle(() => reject(new Error(`ended before it was ready\n${stderr()}`)));
    child.stdout?.on("data", look);
    child.once("close", fail);
    look();

    function settle(how: () => void): void {
      clearTimeout(timer);
      child.stdout?.off("data", look);
      child.off("close", fail);
      how();
    }
  });
}
