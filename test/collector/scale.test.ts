// The table in docs/scale.md is the output of the command with the numbers in its call.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sizesOf } from "../stack/sizes.ts";

const page = readFileSync(new URL("../../docs/scale.md", import.meta.url), "utf8");

it("the table is what the command on the page prints", () => {
  const [, words = ""] = /`npm run bench -- stack sizes([^`]*)` prints/.exec(page) ?? [];
  const [, table = ""] = /<!-- table: sizes -->\n(.*?)\n<!-- \/table -->/s.exec(page) ?? [];
  const measured = [...words.matchAll(/--(\w+) (\d+)/g)].map(
    ([, name = "", value]) => [name, Number(value)] as const,
  );

  expect(cells(table)).toEqual(cells(sizesOf(Object.fromEntries(measured))));
});

it("sizes grow with the calls, and a faster gateway needs fewer cores", () => {
  const slow = sizesOf({ callsPerCore: 1000, traces: 500 });
  const fast = sizesOf({ callsPerCore: 2000, traces: 500 });

  expect(slow).toContain("| gateway cores, 60 % busy | 2 | 167 | 16,667 |");
  expect(fast).toContain("| gateway cores, 60 % busy | 1 | 84 | 8,334 |");
  expect(slow).toContain("| traces, 7 days, all | 300 GB | 30 TB | 3 PB |");
  expect(slow).not.toContain("series");
});

/** A formatter may align columns. */
function cells(table: string): string[][] {
  return table
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll(/-+/g, "-")));
}
