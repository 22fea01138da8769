/**
 * `npm run prove -- matrix`: every SDK, module format and transport, each as child processes under the preload; then a
 * sample of it on every Node and both lines of OpenTelemetry. Prints two tables, exits 1 when a cell failed.
 * `npm run prove -- matrix v2-latest ESM --spans` runs only the cells whose description has these words, and prints spans.
 */
import { nodeBinary, type NodeMajor, type OtelLine } from "../support/homes.ts";
import {
  FORMATS,
  FORMAT_NAMES,
  SAMPLE,
  SDKS,
  SDK_NAMES,
  WAYS,
  WAY_NAMES,
  describeCell,
  everyCell,
  whyImpossible,
  type Cell,
} from "./cells.ts";
import { inTurn } from "./in-turn.ts";
import { createSandboxes, runCell, type Platform, type Verdict } from "./run-cell.ts";
import { lineOf } from "./judge.ts";
import { renderTable } from "./table.ts";

interface Run {
  cell: Cell;
  platform: Platform;
  title: string;
  verdict?: Verdict;
  /** Why it was not run. */
  skipped?: string;
}

const AT_ONCE = 2;
const NODES: NodeMajor[] = [20, 22, 24, 26];
const OTEL_LINES: OtelLine[] = ["otel-2", "otel-3"];

const args = process.argv.slice(2);
const words = args.filter((arg) => !arg.startsWith("--"));
const began = Date.now();
const here = Number(process.versions.node.split(".")[0]) as NodeMajor;
const sandboxes = createSandboxes();
const notes = new Map<string, string>();

try {
  const whole = await runAll(everyCell().map((cell) => onThisNode(cell)));
  const sample = await runAll(
    SAMPLE.flatMap((cell) => NODES.flatMap((node) => OTEL_LINES.map((otel) => sampled(cell, node, otel)))),
  );
  printWhole(whole);
  printSample(sample);
  finish([...whole, ...sample]);
} finally {
  await sandboxes.remove();
}

/** The two encodings of OTLP over HTTP take turns here, gRPC has the sample. */
function onThisNode(cell: Cell): Run {
  const platform: Platform = {
    node: here,
    otel: "otel-2",
    protocol: cell.format === "mjs" ? "http/protobuf" : "http/json",
  };
  const run: Run = { cell, platform, title: describeCell(cell) };
  const impossible = whyImpossible(cell);
  return impossible === undefined ? run : { ...run, skipped: impossible };
}

function sampled(cell: Cell, node: NodeMajor, otel: OtelLine): Run {
  return {
    cell,
    platform: { node, otel, protocol: "grpc" },
    title: `${describeCell(cell)} on Node ${node} with ${otel}`,
  };
}

async function runAll(runs: Run[]): Promise<Run[]> {
  const chosen = runs.filter(({ title }) =>
    words.every((word) => title.toLowerCase().includes(word.toLowerCase())),
  );
  return inTurn(chosen, AT_ONCE, async (run): Promise<Run> => {
    if (run.skipped !== undefined) return run;
    const missing = await whyNoNode(run.platform.node);
    if (missing !== undefined) return { ...run, skipped: missing };
    const verdict = await runCell(run.cell, run.platform, await sandboxes.of(run.cell.sdk));
    process.stderr.write(
      verdict.faults.length === 0
        ? "."
        : `\n${run.title}\n${verdict.faults.map((fault) => `  ${fault}\n`).join("")}`,
    );
    if (args.includes("--spans")) process.stderr.write(`${run.title}\n${describeSpans(verdict)}`);
    return { ...run, verdict };
  });
}

async function whyNoNode(major: NodeMajor): Promise<string | undefined> {
  try {
    await nodeBinary(major);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function printWhole(runs: Run[]) {
  if (runs.length === 0) return;
  console.log(`\nNode ${process.versions.node}, OpenTelemetry 2.x; spans are mcp-otelkit's own\n`);
  const rows = SDK_NAMES.flatMap((sdk) =>
    FORMAT_NAMES.map((format) => [
      `${SDKS[sdk].generation} ${SDKS[sdk].version} ${FORMATS[format]}`,
      ...WAY_NAMES.map((way) =>
        show(runs.find(({ cell }) => cell.sdk === sdk && cell.format === format && cell.way === way)),
      ),
    ]),
  );
  const title = (way: keyof typeof WAYS) =>
    `${WAYS[way].title}${WAYS[way].era === "2026" ? " 2026-07-28" : ""}`;
  console.log(renderTable(["SDK", ...WAY_NAMES.map(title)], rows));
}

function printSample(runs: Run[]) {
  if (runs.length === 0) return;
  console.log("\nA sample on every Node and both lines of OpenTelemetry, over OTLP/gRPC\n");
  const columns = NODES.flatMap((node) => OTEL_LINES.map((otel) => ({ node, otel })));
  const rows = SAMPLE.map((cell) => [
    describeCell(cell),
    ...columns.map(({ node, otel }) =>
      show(runs.find((run) => run.cell === cell && run.platform.node === node && run.platform.otel === otel)),
    ),
  ]);
  const head = columns.map(
    ({ node, otel }) =>
      `Node ${node} + ${otel.replace("otel-", "OTel ")}${isUnsupported(node, otel) ? " (*)" : ""}`,
  );
  console.log(renderTable(["cell", ...head], rows));
  console.log(
    "(*) OpenTelemetry 3.x asks for Node 22.15 or later: run to see, a failure there does not count.",
  );
}

function isUnsupported(node: NodeMajor, otel: OtelLine): boolean {
  return node === 20 && otel === "otel-3";
}

function show(run: Run | undefined): string {
  if (run === undefined) return "";
  if (run.skipped !== undefined) return `- n/a ${noteFor(run.skipped)}`;
  const { faults = [], spans = [] } = run.verdict ?? {};
  return faults.length === 0 ? `ok ${spans.length} spans` : `FAIL ${noteFor(faults.join("\n    "))}`;
}

/** The reasons are below the tables, under letters. */
function noteFor(reason: string): string {
  const letter = notes.get(reason) ?? `[${notes.size + 1}]`;
  notes.set(reason, letter);
  return letter;
}

function describeSpans({ spans }: Verdict): string {
  const lines = spans.map((span) => `  ${span.service}: ${lineOf(span)}`);
  return `${lines.join("\n")}\n`;
}

function finish(runs: Run[]) {
  for (const [reason, letter] of notes)
    console.log(`${notes.size > 0 && letter === "[1]" ? "\n" : ""}${letter} ${reason}`);
  const failed = runs.filter(({ verdict }) => verdict !== undefined && verdict.faults.length > 0);
  const counted = failed.filter(({ platform }) => !isUnsupported(platform.node, platform.otel));
  const skipped = runs.filter(({ skipped: reason }) => reason !== undefined);
  const seconds = Math.round((Date.now() - began) / 1000);
  const passed = runs.length - failed.length - skipped.length;
  console.log(
    `\n${passed} cells ok, ${failed.length} failed, ${skipped.length} not possible, in ${seconds} s`,
  );
  if (runs.length === 0) console.log(`no cell is called "${words.join(" ")}"`);
  process.exitCode = counted.length > 0 || passed === 0 ? 1 : 0;
}
