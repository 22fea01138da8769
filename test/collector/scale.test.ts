// docs/scale.md: its table is what the command prints for the numbers that stand in its call.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { MEASURED_NAMES, sizesOf, type Measured } from "../stack/sizes.ts";

const page = readFileSync(new URL("../../docs/scale.md", import.meta.url), "utf8");

it("the table is what the command on the page prints", () => {
  const [, words = ""] = /bench:stack -- sizes ([^`]*)`/.exec(page) ?? [];
  const [, table = ""] = /<!-- table: sizes -->\n(.*?)\n<!-- \/table -->/s.exec(page) ?? [];
  const measured = Object.fromEntries(
    MEASURED_NAMES.map((name) => [name, Number(new RegExp(`--${name} (\\d+)`).exec(words)?.[1])]),
  ) as unknown as Measured;

  expect(Object.values(measured).every((value) => value > 0)).toBe(true);
  expect(cells(table)).toEqual(cells(sizesOf(measured)));
});

it("names the measured numbers where it says how they were measured", () => {
  const [, words = ""] = /bench:stack -- sizes ([^`]*)`/.exec(page) ?? [];
  const [, section = ""] = /## What was measured\n(.*?)\n## /s.exec(page) ?? [];
  const said = new Set(section.replaceAll(",", "").match(/\d+/g));

  for (const [, name, value = ""] of words.matchAll(/--(\w+) (\d+)/g)) expect(said, name).toContain(value);
});

/** A formatter may align columns. */
function cells(table: string): string[][] {
  return table
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll(/-+/g, "-")));
}
