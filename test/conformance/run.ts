import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { lineMatching, start } from "./process.ts";
import type { Edition, Suite } from "./suites.ts";
import { readVerdicts, type Verdicts } from "./verdicts.ts";

/** How to start the program under test; the runner needs a later Node, which is separate. */
export interface Setting {
  home: string;
  runnerNode: string;
  /** Arguments for Node before the program: the preload, or nothing. */
  imports: string[];
  env: NodeJS.ProcessEnv;
  /** Puts something between the runner and a server: takes the server's address, gives the one to call. */
  between?: (url: string) => Promise<{ readonly url: string; end(): Promise<unknown> }>;
}

export interface Outcome {
  verdicts: Map<string, Verdicts>;
  /** Scenarios that the runner lists and that were not run. */
  leftOut: string[];
}

const READY_MS = 20_000;
const SUITE_MS = 120_000;
const SCENARIO_MS = 60_000;
/** It measures how long a client waits before it retries: nothing else may run meanwhile. */
const TIMED = "sse-retry";

export async function runSuite(suite: Suite, setting: Setting, only?: string[]): Promise<Outcome> {
  const results = mkdtempSync(join(tmpdir(), "mcp-otelkit-conformance-"));
  try {
    return suite.side === "server"
      ? await runServerSuite(suite, setting, results)
      : await runClientSuite(suite, setting, results, only);
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** One server for the whole suite, as its author would run it. */
async function runServerSuite(suite: Suite, setting: Setting, results: string): Promise<Outcome> {
  const server = start(
    process.execPath,
    [...setting.imports, join(setting.home, suite.program)],
    setting.env,
  );
  try {
    const url = await lineMatching(server, /^http:/, READY_MS);
    const between = await setting.between?.(url);
    const args = [
      runnerOf(suite.edition, setting.home),
      "server",
      "--url",
      between?.url ?? url,
      "-o",
      results,
      ...suite.select,
    ];
    try {
      await start(setting.runnerNode, args, setting.env).ended(SUITE_MS);
    } finally {
      await between?.end();
    }
    const verdicts = readVerdicts(results);
    // It prints its address and nothing else: whatever follows is not its own.
    verdicts.set(
      "(stdout of the server)",
      new Map([["only its own", server.stdout() === `${url}\n` ? "SUCCESS" : "FAILURE"]]),
    );
    return { verdicts, leftOut: [] };
  } finally {
    server.child.kill("SIGTERM");
    await server.ended(READY_MS);
  }
}

/** A client per scenario. The runner would start all of a suite at once, which no timing survives. */
async function runClientSuite(
  suite: Suite,
  setting: Setting,
  results: string,
  only?: string[],
): Promise<Outcome> {
  const listed = await listScenarios(suite, setting);
  const wanted = listed.filter((scenario) => !suite.leftOut?.pattern.test(scenario));
  const chosen = wanted.filter((scenario) => only?.includes(scenario) ?? true);
  const exits = new Map<string, number | null>();
  const queue = chosen.filter((scenario) => scenario !== TIMED);
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await runScenario(next);
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  if (chosen.includes(TIMED)) await runScenario(TIMED);

  const verdicts = readVerdicts(results);
  // Only the runner's exit code contains what the suite concludes from the client's exit code.
  for (const [scenario, code] of exits)
    verdicts.get(scenario)?.set("(exit code)", code === 0 ? "SUCCESS" : "FAILURE");
  return { verdicts, leftOut: listed.filter((scenario) => !wanted.includes(scenario)) };

  async function runScenario(scenario: string): Promise<void> {
    const command = [process.execPath, ...setting.imports, join(setting.home, suite.program)]
      .map(quoted)
      .join(" ");
    const args = ["client", "--command", command, "--scenario", scenario, "-o", results, ...suite.select];
    const env = { ...setting.env, OTEL_SERVICE_NAME: scenario };
    const runner = start(setting.runnerNode, [runnerOf(suite.edition, setting.home), ...args], env);
    exits.set(scenario, (await runner.ended(SCENARIO_MS)).code);
  }
}

async function listScenarios(suite: Suite, { home, runnerNode, env }: Setting): Promise<string[]> {
  const args = [runnerOf(suite.edition, home), "list", "--client", ...suite.select];
  const { stdout } = await start(runnerNode, args, env).ended(READY_MS);
  return [...stdout.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name ?? "");
}

function runnerOf(edition: Edition, home: string): string {
  return createRequire(join(home, "package.json")).resolve(`${edition}/dist/index.js`);
}

/** The runner puts the command together again for a shell, in which a path may have a space in it. */
function quoted(argument: string): string {
  return /\s/.test(argument) ? `"${argument}"` : argument;
}
