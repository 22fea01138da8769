// One command for all proofs and one for all benches: what its arguments choose, and the tables in CONTRIBUTING.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { BENCHES } from "../bench/benches.ts";
import { PROOFS } from "./proofs.ts";
import { choose, commandsAsMarkdown, type Commands } from "./support/commands.ts";

const inRepository = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const TABLES: Readonly<Record<string, string>> = {
  proofs: commandsAsMarkdown("prove", PROOFS),
  benches: commandsAsMarkdown("bench", BENCHES),
};

/** `UPDATE=1 npx vitest run test/prove.test.ts` writes the tables. */
test("the tables in CONTRIBUTING.md are those of the code", () => {
  const document = inRepository("CONTRIBUTING.md");
  const written = readFileSync(document, "utf8");
  const found: string[] = [];

  const generated = written.replaceAll(
    /(<!-- table: (proofs|benches) -->\n)[\s\S]*?(<!-- \/table -->)/g,
    (_all, open: string, name: string, close: string) => {
      found.push(name);
      return `${open}${TABLES[name]}\n${close}`;
    },
  );
  if (process.env["UPDATE"]) writeFileSync(document, generated);

  expect(found.toSorted()).toEqual(["benches", "proofs"]);
  expect(readFileSync(document, "utf8")).toBe(generated);
});

describe.each<[string, Commands]>([
  ["proof", PROOFS],
  ["bench", BENCHES],
])("a row of a %s", (_what, table) => {
  it.each(Object.entries(table))("%s names files and homes that exist", (_name, { node, homes }) => {
    const files = node.filter((word) => /\.(ts|mjs)$/.test(word));

    expect(files).not.toEqual([]);
    for (const file of files) expect(existsSync(inRepository(file)), file).toBe(true);
    for (const home of homes)
      expect(existsSync(inRepository(`test/homes/${home}/package-lock.json`)), home).toBe(true);
  });
});

test(".ci/run gives each proof the minutes of the table", () => {
  const steps = readFileSync(inRepository(".ci/run"), "utf8").matchAll(/\b([a-z]+):(\d+)\b/g);

  const given = [...steps].map(([, name = "", minutes]) => [name, Number(minutes)]);
  expect(given.length).toBeGreaterThan(5);
  expect(given).toEqual(given.map(([name]) => [name, PROOFS[String(name)]?.minutes]));
});

describe("the arguments", () => {
  it.each<[string[], unknown]>([
    [["wire"], [{ name: "wire", words: [] }]],
    [["soak", "counted"], [{ name: "soak", words: ["counted"] }]],
    [["exit", "exit"], [{ name: "exit", words: ["exit"] }]],
    [
      ["wire", "matrix", "v2-latest", "--spans"],
      [
        { name: "wire", words: [] },
        { name: "matrix", words: ["v2-latest", "--spans"] },
      ],
    ],
    [["constructor"], 'There is no "constructor".'],
    [["counted", "soak"], 'There is no "counted".'],
  ])("%j", (args, chosen) => {
    expect(choose(PROOFS, args)).toEqual(chosen);
  });
});
