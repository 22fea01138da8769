import { execFile, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
/** A conversation that lost a message and waits for it does so for a minute: the timeout of the SDKs. */
const HUNG_AFTER_MS = 50_000;

/** The sources, compiled file by file: faults are made in functions, which a bundle has no files of. */
const PLAIN = fileURLToPath(new URL("../../.cache/faults/plain", import.meta.url));
let compiled = false;

function compile(): void {
  if (compiled) return;
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const words = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "false", "--declaration", "false"];
  execFileSync(process.execPath, [join(typescript, "bin/tsc"), ...words, "--outDir", PLAIN], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdio: ["ignore", 2, 2],
  });
  compiled = true;
}

export type Generation = "v1" | "v2";

/** What became of the conversations of one process. */
export interface Verdict {
  readonly conversations: number;
  /** Faults that were made. */
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Functions of mcp-otelkit that failed at least once. */
  readonly places: number;
  /** Between two runs without mcp-otelkit: the conversation itself must be deterministic. */
  readonly stable: readonly Difference[];
  /** Between a run without mcp-otelkit and one under faults. */
  readonly different: readonly Difference[];
  /** The same when the faults are over. */
  readonly afterwards: readonly Difference[];
  readonly unhandled: readonly string[];
}

interface Difference {
  readonly expected?: string;
  readonly got?: string;
}

/**
 * Conversations in a separate process, until this many faults have been injected.
 * @param rate how many of a hundred calls fail
 */
export async function runFaults(
  generation: Generation,
  seed: number,
  rate: number,
  faults: number,
): Promise<Verdict> {
  compile();
  const words = ["--import", "./register.mjs", "program.mjs", generation, seed, rate, faults].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    cwd: FOLDER,
    timeout: HUNG_AFTER_MS,
    killSignal: "SIGKILL",
    env: { ...process.env, NODE_OPTIONS: "", FAULTS_PLAIN: PLAIN },
  });
  return { afterwards: [], ...(JSON.parse(stdout) as Omit<Verdict, "afterwards">) };
}

/** The faults of a run, in words; empty if there are none. */
export function complaintsOf({ stable, different, afterwards, unhandled, total }: Verdict): string[] {
  const tell = (what: string) => (difference: Difference) => `${what}: ${JSON.stringify(difference)}`;
  return [
    ...stable.map(tell("the conversation differs by itself")),
    ...different.map(tell("under faults")),
    ...afterwards.map(tell("after the faults")),
    ...unhandled.map((error) => `unhandled: ${error}`),
    ...(total === 0 ? ["no fault was made"] : []),
  ];
}
