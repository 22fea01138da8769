/**
 * `npm run prove -- exit`: a stdio server is ended in every way, in front of every kind of collector, with us and without:
 * what arrived, how long it took, and how it ended. Prints a table for each Node and exits 1 where something was not
 * delivered, hung, or ended in another way than without us. Times are printed, and marked where they are over the limit.
 * Then the same beside an SDK of the application, by how it ends that. `npm run prove -- exit SIGTERM grpc` runs only the
 * cells whose description has these words, `npm run prove -- exit joined` the second table.
 */
import { inTurn } from "../matrix/in-turn.ts";
import { renderTable } from "../matrix/table.ts";
import { installedPackage, nodeBinary } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import {
  COLLECTORS,
  describeCell,
  ENDING_NAMES,
  everyCell,
  NODES,
  PROTOCOL_NAMES,
  PROTOCOLS,
  type Cell,
} from "./cells.ts";
import { everyJoined, judgeJoined, THEIR_ENDS, type JoinedVerdict } from "./joined.ts";
import { judgeCell, type Verdict } from "./judge.ts";

/** Those with a collector that is there are measured, one at a time; the others wait most of the time. */
const AT_ONCE = 3;

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const began = Date.now();
const verdicts = new Map<string, Verdict | string>();
const joined: JoinedVerdict[] = [];
const notes: string[] = [];

const sandbox = await createSandbox("exit", "sdk-v1-latest", "otel-2");
try {
  const preload = await installedPackage("otel-2");
  const cells = everyCell().filter((cell) =>
    words.every((word) => describeCell(cell).toLowerCase().includes(word)),
  );
  const judge = async (cell: Cell): Promise<void> => {
    try {
      const how = { node: await nodeBinary(cell.node), folder: sandbox.folder, preload };
      verdicts.set(describeCell(cell), await judgeCell(cell, how));
    } catch (error) {
      verdicts.set(describeCell(cell), String(error));
    }
    process.stderr.write(
      faultsIn(cell).length === 0 ? "." : `\n${describeCell(cell)}: ${faultsIn(cell).join("\n  ")}\n`,
    );
  };
  await inTurn(
    cells.filter(({ collector }) => collector === "alive"),
    1,
    judge,
  );
  await inTurn(
    cells.filter(({ collector }) => collector !== "alive"),
    AT_ONCE,
    judge,
  );
  if (words.length === 0 || words.includes("joined"))
    await inTurn(everyJoined(), AT_ONCE, async (cell) => {
      const how = { node: process.execPath, folder: sandbox.folder, preload };
      joined.push(await judgeJoined(cell, how));
    });
  for (const node of NODES) printTable(node, cells);
  printJoined();
  finish(cells);
} finally {
  sandbox.remove();
}

function printTable(node: Cell["node"], cells: readonly Cell[]): void {
  const rows = ENDING_NAMES.flatMap((ending) =>
    PROTOCOL_NAMES.flatMap((protocol) => {
      const row = COLLECTORS.map((collector): Cell => ({ node, ending, protocol, collector }));
      const run = row.filter((cell) => verdicts.has(describeCell(cell)));
      const [first] = run
        .map((cell) => verdicts.get(describeCell(cell)))
        .filter((one) => typeof one === "object");
      if (run.length === 0) return [];
      const without =
        first === undefined ? "" : `${first.without.status}, ${Math.round(first.ms.without)} ms`;
      return [[ending, PROTOCOLS[protocol], without, ...row.map(show)]];
    }),
  );
  if (rows.length === 0 || cells.length === 0) return;
  console.log(`\nNode ${node}: what was delivered, exit status, time to exit (beside the same without us)\n`);
  console.log(renderTable(["ending", "OTLP", "without us", ...COLLECTORS], rows));
}

function show(cell: Cell): string {
  const verdict = verdicts.get(describeCell(cell));
  if (verdict === undefined) return "";
  if (typeof verdict === "string" || verdict.faults.length > 0) {
    notes.push(`${describeCell(cell)}: ${faultsIn(cell).join("; ")}`);
    return `FAIL [${notes.length}]`;
  }
  const { delivered, ms, withUs, slow } = verdict;
  const extra = Math.round(ms.withUs - ms.without);
  const time =
    cell.collector === "alive"
      ? `${Math.round(ms.withUs)} ms (${extra < 0 ? "" : "+"}${extra})`
      : `${Math.round(ms.withUs)} ms`;
  const what = cell.collector === "alive" ? `${delivered.join("+") || "nothing"}, ` : "";
  return `${what}${withUs.status}, ${time}${slow ? " (!)" : ""}`;
}

function printJoined(): void {
  if (joined.length === 0) return;
  const rows = Object.keys(THEIR_ENDS).map((end) => [
    end,
    ...COLLECTORS.map((collector) => {
      const verdict = joined.find((one) => one.end === end && one.collector === collector);
      if (verdict === undefined) return "";
      const times = `${Math.round(verdict.alone.ms)} -> ${Math.round(verdict.joined.ms)} ms`;
      if (verdict.faults.length === 0) return times;
      notes.push(`an SDK that its application ${end} shut down, ${collector}: ${verdict.faults.join("; ")}`);
      return `FAIL [${notes.length}] ${times}`;
    }),
  ]);
  console.log(
    "\nBeside an SDK of the application, by when it shuts that down: time to exit, alone -> with us\n",
  );
  console.log(renderTable(["shuts its SDK down", ...COLLECTORS], rows));
}

function faultsIn(cell: Cell): readonly string[] {
  const verdict = verdicts.get(describeCell(cell));
  return typeof verdict === "string" ? [verdict] : (verdict?.faults ?? []);
}

function finish(cells: readonly Cell[]): void {
  if (notes.length > 0) console.log("");
  for (const [index, note] of notes.entries()) console.log(`[${index + 1}] ${note}`);
  const failed =
    cells.filter((cell) => faultsIn(cell).length > 0).length +
    joined.filter(({ faults }) => faults.length > 0).length;
  const all = cells.length + joined.length;
  const slow = [...verdicts.values()].filter((verdict) => typeof verdict === "object" && verdict.slow).length;
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    `\n${all - failed} cells ok, ${failed} failed, in ${seconds} s; ${slow} took longer than they should (!): more than 150 ms longer than without us where the collector is alive, more than 2 s where it is not`,
  );
  if (all === 0) console.log(`no cell is called "${words.join(" ")}"`);
  process.exitCode = failed > 0 || all === 0 ? 1 : 0;
}
