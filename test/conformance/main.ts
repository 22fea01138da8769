// `npm run prove -- conformance [--control | --proxy] [WORD...]`: runs the official conformance suites against our servers and
// clients twice, without and with the preload, and fails on any verdict that is not the same. WORDs choose suites by
// their titles. `--proxy` puts `mcp-otelkit proxy` in front of the servers in the place of the preload. `--control` leaves the preload out both times: what it finds are differences of the suites' own making.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { home, nodeBinary } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { startProxyProcess } from "../support/proxy-process.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { report } from "./report.ts";
import { runSuite, type Outcome, type Setting } from "./run.ts";
import { SUITES, type Suite } from "./suites.ts";
import { differences } from "./verdicts.ts";

const OURS = "mcp-otelkit";
const RUNNER_MAJOR = 22;
/** A timing that fails once on a busy machine is no verdict; one that fails each time is. */
const TRIES = 3;

const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const control = process.argv.includes("--control");
const proxied = process.argv.includes("--proxy");
const suites = SUITES.filter(
  ({ title, side }) => words.every((word) => title.includes(word)) && (side === "server" || !proxied),
);
const preload = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "dist", "register.js");
if (!control && !existsSync(preload)) throw new Error("dist/register.js is missing: npm run build");

const ownMajor = Number(process.versions.node.split(".")[0]);
const runnerNode = ownMajor >= RUNNER_MAJOR ? process.execPath : await nodeBinary(24);
const folder = await home("conformance");
const problems: string[] = [];
const began = Date.now();
for (const suite of suites) problems.push(...(await compare(suite)));

const skipped = SUITES.filter((suite) => !suites.includes(suite)).map(({ title }) => title);
if (skipped.length > 0) console.log(`\nNOT RUN, as asked: ${skipped.join("; ")}`);
if (control)
  console.log("\nCONTROL RUN: the preload was left out both times, so this says nothing about it.");
for (const problem of problems) console.log(`PROBLEM  ${problem}`);
const seconds = Math.round((Date.now() - began) / 1000);
console.log(
  `\n${suites.length} suites, ${problems.length} problems, ${seconds} s, programs under test on Node ${process.versions.node}`,
);
process.exitCode = problems.length > 0 || suites.length === 0 ? 1 : 0;

async function compare(suite: Suite): Promise<string[]> {
  const receiver = await startOtlpReceiver();
  try {
    const setting = settingFor(receiver.url);
    const preloaded: Setting = proxied
      ? { ...setting, between: (url) => startProxyProcess(url, withoutUndefined(setting.env)) }
      : { ...setting, imports: control ? [] : ["--import", pathToFileURL(preload).href] };
    const before = await runSuite(suite, setting);
    const after = await runSuite(suite, preloaded);
    const retried = await tryAgain(suite, setting, preloaded, before, after);
    // A suite without verdicts is a finding, reported below, and no reason to stop here.
    const ours = control
      ? []
      : await receiver.waitFor((spans) => spans.some(isOurs)).catch(() => receiver.spans());
    const found = report(suite, before, after, spansByService(ours));
    console.log(
      ["", ...found.lines, ...retried, `  ${ours.filter(isOurs).length} spans of ${OURS}`].join("\n"),
    );
    return control ? found.problems : [...found.problems, ...missingSpans(suite, after, ours)];
  } finally {
    await receiver.close();
  }
}

/** Repeats the runs that differ, both ways, and replaces the first verdicts by the later ones. */
async function tryAgain(
  suite: Suite,
  setting: Setting,
  preloaded: Setting,
  before: Outcome,
  after: Outcome,
): Promise<string[]> {
  const remarks: string[] = [];
  for (let attempt = 2; attempt <= TRIES; attempt += 1) {
    const names = [...new Set([...before.verdicts.keys(), ...after.verdicts.keys()])];
    const different = names.filter(
      (name) => differences(before.verdicts.get(name), after.verdicts.get(name)).length > 0,
    );
    if (different.length === 0) break;
    for (const name of different) {
      const [line, ...more] = differences(before.verdicts.get(name), after.verdicts.get(name));
      const rest = more.length > 0 ? `, and ${more.length} more` : "";
      remarks.push(`  DIFFERENT, so run again (try ${attempt} of ${TRIES}): ${name}: ${line}${rest}`);
    }
    for (const [outcome, how] of [
      [before, setting],
      [after, preloaded],
    ] as const) {
      const again = await runSuite(suite, how, different);
      for (const name of different) {
        const verdicts = again.verdicts.get(name);
        if (verdicts !== undefined) outcome.verdicts.set(name, verdicts);
      }
    }
  }
  return remarks;
}

/** The same for both runs, except for the preload: a difference must not come from a variable. */
function settingFor(endpoint: string): Setting {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|NODE_OPTIONS$|npm_|MCP_)/.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_METRICS_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  };
  return { home: folder, runnerNode, imports: [], env };
}

function withoutUndefined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** A preload that does nothing changes no verdict either. */
function missingSpans(suite: Suite, { verdicts }: Outcome, spans: SeenSpan[]): string[] {
  const seen = spansByService(spans);
  if (suite.side === "server") return seen.size > 0 ? [] : [`${suite.title}: no spans of ${OURS} arrived`];
  return [...verdicts.keys()]
    .filter((scenario) => !seen.has(scenario))
    .map((scenario) => `${suite.title}: ${scenario}: no spans of ${OURS} arrived`);
}

function spansByService(spans: SeenSpan[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const span of spans.filter(isOurs)) counts.set(span.service, (counts.get(span.service) ?? 0) + 1);
  return counts;
}

function isOurs({ scope }: SeenSpan): boolean {
  return scope === OURS;
}
