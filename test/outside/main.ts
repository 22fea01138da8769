/**
 * `npm run prove -- outside`: whole conversations of real SDKs direct, and through `run` or `proxy`, compared byte for byte; then many
 * messages and many sessions, and what they leave behind. Words after `--` choose cells, as in the matrix, or `many`.
 */
import { describeCell, everyCell, whyImpossible } from "../matrix/cells.ts";
import { inTurn } from "../matrix/in-turn.ts";
import { createSandboxes, type Platform } from "../matrix/run-cell.ts";
import { renderTable } from "../matrix/table.ts";
import type { NodeMajor } from "../support/homes.ts";
import { checkOutside, whyNotOutside } from "../wire/check-outside.ts";
import { MANY } from "./many.ts";

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const isChosen = (title: string): boolean => words.every((word) => title.toLowerCase().includes(word));
const platform: Platform = {
  node: Number(process.versions.node.split(".")[0]) as NodeMajor,
  otel: "otel-2",
  protocol: "http/protobuf",
};
const failures: string[] = [];

const cells = everyCell().filter(
  (cell) =>
    whyImpossible(cell) === undefined && whyNotOutside(cell) === undefined && isChosen(describeCell(cell)),
);
const sandboxes = createSandboxes();
try {
  const rows = await inTurn(cells, 2, async (cell) => {
    const title = describeCell(cell);
    const seen = await checkOutside(cell, platform, await sandboxes.of(cell.sdk)).catch((error: unknown) => ({
      differences: [String(error)],
      traced: 0,
      spans: 0,
    }));
    failures.push(...seen.differences.map((difference) => `${title}: ${difference}`));
    return [
      title,
      seen.differences.length === 0 ? "the same" : "DIFFERENT",
      `${seen.traced}`,
      `${seen.spans}`,
    ];
  });
  if (rows.length > 0)
    console.log(
      renderTable(["conversation through run or proxy", "bytes", "with trace context", "spans"], rows),
    );
} finally {
  await sandboxes.remove();
}

const many = Object.entries(MANY).filter(([title]) => isChosen(`many ${title}`));
const rows: string[][] = [];
for (const [title, measure] of many) {
  const { answered, asked, residentMb } = await measure();
  const [half = 0, whole = 0] = residentMb.slice(-2);
  // What is in memory after half of it is enough for all of it.
  const flat = whole < half * 1.25 + 10;
  if (answered !== asked) failures.push(`${title}: ${asked - answered} of ${asked} were not answered`);
  if (!flat) failures.push(`${title}: memory grows from ${half} to ${whole} MB`);
  rows.push([
    title,
    `${answered} of ${asked}`,
    ...residentMb.map((mb) => mb.toFixed(0)),
    flat ? "flat" : "GROWS",
  ]);
}
if (rows.length > 0)
  console.log(`\n${renderTable(["many", "answered", "MB after 10 %", "50 %", "100 %", ""], rows)}`);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
