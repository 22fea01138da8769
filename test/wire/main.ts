/**
 * `npm run prove -- wire`: the same conversation without the preload and with it, for every cell of the matrix, compared
 * byte for byte; then what a stdio server's stdout carries at every OTEL_LOG_LEVEL. Prints two tables, exits 1 when
 * anything differs. Words after `--` choose cells, as in the matrix.
 */
import {
  FORMATS,
  FORMAT_NAMES,
  SDKS,
  SDK_NAMES,
  WAYS,
  WAY_NAMES,
  describeCell,
  everyCell,
  whyImpossible,
  type Cell,
} from "../matrix/cells.ts";
import { inTurn } from "../matrix/in-turn.ts";
import { createSandboxes, type Platform } from "../matrix/run-cell.ts";
import { renderTable } from "../matrix/table.ts";
import type { NodeMajor } from "../support/homes.ts";
import { checkCell, checkStdout, type WireVerdict } from "./check-cell.ts";
import { STDOUT_SETTINGS, STDOUT_CELLS } from "./stdout-settings.ts";

const AT_ONCE = 2;
const words = process.argv.slice(2).map((word) => word.toLowerCase());
const began = Date.now();
const platform: Platform = {
  node: Number(process.versions.node.split(".")[0]) as NodeMajor,
  otel: "otel-2",
  protocol: "http/json",
};
const sandboxes = createSandboxes();
const notes: string[] = [];
const isChosen = (title: string) => words.every((word) => title.toLowerCase().includes(word));

try {
  const cells = everyCell().filter((cell) => isChosen(describeCell(cell)));
  const verdicts = await inTurn(cells, AT_ONCE, async (cell) =>
    whyImpossible(cell) === undefined
      ? tellOf(describeCell(cell), async () => checkCell(cell, platform, await sandboxes.of(cell.sdk)))
      : undefined,
  );
  printWire(cells, verdicts);

  const talks = STDOUT_SETTINGS.flatMap((setting) => STDOUT_CELLS.map((cell) => ({ setting, cell }))).filter(
    ({ setting, cell }) => isChosen(`${setting.title} ${describeCell(cell)} stdout`),
  );
  const heard = await inTurn(talks, AT_ONCE, ({ setting, cell }) =>
    tellOf(`${setting.title}, ${describeCell(cell)}`, async () =>
      checkStdout(cell, platform, await sandboxes.of(cell.sdk), setting),
    ),
  );
  printStdout(talks.map(({ setting, cell }, at) => ({ title: setting.title, cell, verdict: heard[at] })));
  finish([...verdicts, ...heard]);
} finally {
  await sandboxes.remove();
}

/** The verdict, also when there was none to give. */
async function tellOf(title: string, check: () => Promise<WireVerdict>): Promise<WireVerdict> {
  const verdict = await check().catch((error: unknown): WireVerdict => ({
    differences: [String(error)],
    traced: 0,
  }));
  process.stderr.write(
    verdict.differences.length === 0
      ? "."
      : `\n${title}\n${verdict.differences.map((line) => `  ${line}\n`).join("")}`,
  );
  return verdict;
}

function printWire(cells: Cell[], verdicts: (WireVerdict | undefined)[]) {
  if (cells.length === 0) return;
  console.log(
    "\nWithout and with the preload, both directions; in brackets the messages that carried a trace\n",
  );
  const rows = SDK_NAMES.flatMap((sdk) =>
    FORMAT_NAMES.map((format) => [
      `${SDKS[sdk].generation} ${SDKS[sdk].version} ${FORMATS[format]}`,
      ...WAY_NAMES.map((way) => {
        const at = cells.findIndex((cell) => cell.sdk === sdk && cell.format === format && cell.way === way);
        return at < 0 ? "" : show(verdicts[at]);
      }),
    ]),
  );
  console.log(renderTable(["SDK", ...WAY_NAMES.map((way) => WAYS[way].title)], rows));
}

function printStdout(talks: { title: string; cell: Cell; verdict: WireVerdict | undefined }[]) {
  if (talks.length === 0) return;
  console.log("\nstdout of a stdio server\n");
  const titles = [...new Set(talks.map(({ title }) => title))];
  const rows = titles.map((title) => [
    title,
    ...STDOUT_CELLS.map((cell) => {
      const talk = talks.find((other) => other.title === title && other.cell === cell);
      return talk === undefined ? "" : show(talk.verdict);
    }),
  ]);
  console.log(renderTable(["setting", ...STDOUT_CELLS.map(describeCell)], rows));
}

function show(verdict: WireVerdict | undefined): string {
  if (verdict === undefined) return "- n/a";
  if (verdict.differences.length === 0) return `same (${verdict.traced})`;
  notes.push(verdict.differences.map((difference) => difference.slice(0, 1000)).join("\n    "));
  return `DIFFERS [${notes.length}]`;
}

function finish(verdicts: (WireVerdict | undefined)[]) {
  for (const [at, note] of notes.entries()) console.log(`${at === 0 ? "\n" : ""}[${at + 1}] ${note}`);
  const run = verdicts.filter((verdict) => verdict !== undefined);
  const same = run.filter(({ differences }) => differences.length === 0).length;
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    `\n${same} the same, ${run.length - same} different, ${verdicts.length - run.length} not possible (see npm run prove -- matrix), in ${seconds} s`,
  );
  process.exitCode = same === run.length && same > 0 ? 0 : 1;
}
