// Programs under the preload that serve /metrics, /health and /ready, and requests to them.
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { pageOf, type Page } from "../support/page.ts";
import { PRELOAD, startProgram, type Circumstances, type Running } from "./program.ts";

export const GUIDE_PROGRAMS = fileURLToPath(new URL("../fixtures/guide/", import.meta.url));

/** Any port, and nothing sent anywhere. */
export const QUIET = {
  OTEL_EXPORTER_PROMETHEUS_PORT: "0",
  OTEL_TRACES_EXPORTER: "none",
  OTEL_METRICS_EXPORTER: "prometheus",
  OTEL_INSTRUMENTATION_MCP_ADMIN: "", // as if it were not set
};

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

export interface Observed extends Running {
  /** Everything on stderr so far. */
  stderr(): string;
  /** Resolves with the first match on stderr; rejects when the program ends without. */
  told(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the first match on stdout; rejects when the program ends without. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** A line on its stdin. */
  order(line: string): void;
}

export interface Served extends Observed {
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  page(): Promise<Page>;
}

/** Starts a program under the preload; it is killed with the test, should it still live. */
export function observeProgram(
  words: readonly string[],
  { cwd = GUIDE_PROGRAMS, env, ...rest }: Circumstances = {},
): Observed {
  const running = startProgram([...PRELOAD, ...words], { cwd, env: { ...QUIET, ...env }, ...rest });
  const { child } = running;
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.on("data", (text: string) => (output[name] += text));
  const matching = (name: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output[name]);
        if (match !== null) resolve(match);
      };
      child[name]?.on("data", look);
      child.on("close", () =>
        reject(new Error(`${words.join(" ")} never wrote ${pattern} on ${name}: ${output[name]}`)),
      );
      look();
    });
  return {
    ...running,
    stderr: () => output.stderr,
    told: (pattern) => matching("stderr", pattern),
    said: (pattern) => matching("stdout", pattern),
    order: (line) => void child.stdin?.write(`${line}\n`),
  };
}

/** The same, once it has printed the address of its endpoints. */
export async function serveProgram(words: readonly string[], circumstances?: Circumstances): Promise<Served> {
  const observed = observeProgram(words, circumstances);
  const [, url = ""] = await observed.told(/health(?: and metrics)? at (\S+)/);
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { headers });
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      body: await response.text(),
    };
  };
  return { ...observed, url, get, page: async () => pageOf((await get("/metrics")).body) };
}

/** For use inside one test. */
export function endsWithTest<T extends Running>(running: T): T {
  onTestFinished(() => void running.child.kill("SIGKILL"));
  return running;
}
