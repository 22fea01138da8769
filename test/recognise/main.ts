/**
 * `npm run prove -- recognise`: every SDK version, packed by every bundler, plain and minified, in both formats, is seen by the
 * preload and says the same on stdout. Prints a table and exits 1 when a cell fails. Words choose cells: `rollup sdk-1.32 cjs`.
 * Then packages without an SDK: none is touched, and what looking costs (`corpus` alone runs only that, `cells` only the cells).
 */
import { inTurn } from "../matrix/in-turn.ts";
import { renderTable } from "../matrix/table.ts";
import { createSandbox } from "../support/sandbox.ts";
import { BUNDLERS, type Format } from "./bundlers.ts";
import { judge, PACKED_VERSIONS, type Cell } from "./cell.ts";
import { lookThroughPackages } from "./corpus.ts";

const AT_ONCE = 2;
const FORMATS: readonly (readonly [Format, boolean])[] = [
  ["esm", false],
  ["esm", true],
  ["cjs", false],
  ["cjs", true],
];
const preload = new URL("../../dist/register.js", import.meta.url).href;
const given = process.argv.slice(2);
const words = given.filter((word) => word !== "cells" && word !== "corpus");
const began = Date.now();
let failed = 0;

if (!given.includes("corpus")) await runCells();
if (!given.includes("cells") && words.length === 0) failed += await lookThroughPackages();
console.log(`\n${failed} failed, in ${Math.round((Date.now() - began) / 1000)} s`);
process.exitCode = failed === 0 ? 0 : 1;

async function runCells(): Promise<void> {
  const cells = Object.keys(PACKED_VERSIONS)
    .flatMap((version) =>
      Object.keys(BUNDLERS).flatMap((bundler) =>
        FORMATS.map(([format, minify]): Cell => ({ bundler, version, format, minify })),
      ),
    )
    .filter((cell) => words.every((word) => nameOf(cell).split(" ").includes(word)));
  const verdicts = await inTurn(cells, AT_ONCE, async (cell) => {
    const sandbox = await createSandbox("recognise", "bundlers");
    try {
      const faults = await judge(cell, sandbox, preload);
      if (faults !== undefined && faults.length > 0) console.log(`${nameOf(cell)}\n  ${faults.join("\n  ")}`);
      return { cell, faults };
    } finally {
      sandbox.remove();
    }
  });
  const rows = Object.keys(BUNDLERS).map((bundler) => [
    bundler,
    ...Object.keys(PACKED_VERSIONS).map((version) =>
      verdicts
        .filter(({ cell }) => cell.bundler === bundler && cell.version === version)
        .map(({ faults }) => (faults === undefined ? "-" : faults.length === 0 ? "ok" : "FAIL"))
        .join(" "),
    ),
  ]);
  console.log(
    "\nA cell: ESM, ESM minified, CommonJS, CommonJS minified; - is a bundler that this platform has not\n",
  );
  console.log(renderTable(["", ...Object.keys(PACKED_VERSIONS)], rows));
  failed += verdicts.filter(({ faults }) => faults !== undefined && faults.length > 0).length;
  const skipped = verdicts.filter(({ faults }) => faults === undefined).length;
  console.log(`\n${verdicts.length - failed - skipped} cells seen, ${failed} failed, ${skipped} skipped`);
}

function nameOf({ bundler, version, format, minify }: Cell): string {
  return `${bundler} ${version} ${format} ${minify ? "minified" : "plain"}`;
}
