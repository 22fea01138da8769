// Real programs in real processes, which get only PATH of this process's environment.
import { spawn, type ChildProcess } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startOtlpReceiver, type Delivery } from "../support/otlp-receiver.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { patience } from "../support/patience.ts";

/** Where the programs are, and where they run. Below package.json, so that `mcp-otelkit` is this package, as built. */
export const PROGRAMS = join(dirname(dirname(fileURLToPath(import.meta.url))), "fixtures", "process");

export const PRELOAD = ["--import", "mcp-otelkit/register"];

export interface Circumstances {
  /** The node to run; this process's own otherwise. */
  readonly node?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For a program that has a lot to do. */
  readonly hungAfterMs?: number;
}

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once the program has printed this on stdout; rejects when it ends without. */
  printed(text: string): Promise<void>;
}

/** These tests are not about ports, metrics and logs; see served.ts, log-delivery.test.ts and logs.test.ts for those. */
const QUIET = {
  OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off",
  OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
  OTEL_METRICS_EXPORTER: "none",
  OTEL_LOGS_EXPORTER: "none",
};

const HUNG_AFTER_MS = patience(15_000);

/** Starts `node` with these words: options, a program, its arguments. */
export function startProgram(words: readonly string[], circumstances: Circumstances = {}): Running {
  const { node = process.execPath, cwd = PROGRAMS, env = {}, hungAfterMs = HUNG_AFTER_MS } = circumstances;
  const child = spawn(node, words, { cwd, env: { PATH: process.env["PATH"], ...QUIET, ...env } });
  const output = { stdout: "", stderr: "" };
  const told = (): string => `stdout:\n${output.stdout}\nstderr:\n${output.stderr}`;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  // A child that has ended leaves a pipe without a reader; how it ended says more than the error of writing to it.
  child.stdin.on("error", () => undefined);

  const ended = new Promise<Ended>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${words.join(" ")} hung; ${told()}`));
    }, hungAfterMs);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ ...output, code, signal });
    });
  });
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.stdout.includes(text)) resolve();
      };
      child.stdout.on("data", look);
      child.on("close", () => reject(new Error(`${words.join(" ")} never printed ${text}; ${told()}`)));
      look();
    });
  return { child, ended, printed };
}

/** Runs a program to its end, without anything on stdin. */
export function runProgram(words: readonly string[], circumstances?: Circumstances): Promise<Ended> {
  const { child, ended } = startProgram(words, circumstances);
  child.stdin?.end();
  return ended;
}

export interface Traced extends Ended {
  readonly spans: SeenSpan[];
  readonly deliveries: Delivery[];
}

/** Runs a program to its end with its own collector. Data that has not arrived by then is lost. */
export async function traceProgram(
  words: readonly string[],
  circumstances: Circumstances = {},
): Promise<Traced> {
  const receiver = await startOtlpReceiver();
  try {
    const ended = await runProgram(words, {
      ...circumstances,
      env: { ...exportingTo(receiver.url), RECEIVER: receiver.url, ...circumstances.env },
    });
    return { ...ended, spans: receiver.spans(), deliveries: receiver.deliveries() };
  } finally {
    await receiver.close();
  }
}

/** What a user's own NodeSDK, too, makes of traces alone. */
export function exportingTo(url: string, protocol = "http/protobuf"): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_METRICS_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  };
}
