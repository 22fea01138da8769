import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { CONVENTIONS } from "./conventions.ts";

const root = dirname(fileURLToPath(import.meta.url));
const FOLDERS = ["operation", "hook", "signals", "golden"];

/** A test's title that ends in the rules it proves. */
const TITLE = /"[^"\n]*\[((?:[a-z][\w-]*(?:\.[\w-]+)+)(?:, [a-z][\w-]*(?:\.[\w-]+)+)*)\]",/g;

/** Which rules are cited, and where. */
function citations(): Map<string, string[]> {
  const cited = new Map<string, string[]>();
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".test.ts")) continue;
      const file = join(root, folder, name);
      for (const [, ids = ""] of readFileSync(file, "utf8").matchAll(TITLE)) {
        for (const id of ids.split(", ")) cited.set(id, [...(cited.get(id) ?? []), relative(root, file)]);
      }
    }
  }
  return cited;
}

it("every rule has a test", () => {
  const cited = citations();
  expect(Object.keys(CONVENTIONS).filter((id) => !cited.has(id))).toEqual([]);
});

it("every test cites rules that exist", () => {
  expect([...citations()].filter(([id]) => CONVENTIONS[id] === undefined)).toEqual([]);
});

it("every rule has a text, occurs once, and has its own id", () => {
  const rows = Object.entries(CONVENTIONS);
  expect(rows.filter(([id, { says }]) => !/^[a-z][\w.-]+$/.test(id) || !says.endsWith("."))).toEqual([]);
  expect(new Set(rows.map(([id, { says }]) => `${id.replace(/[^.]*$/, "")} ${says}`)).size).toBeGreaterThan(
    rows.length - 5,
  );
});
