// docs/production-checklist.md has the guide's lines, word for word, and leads to files that are there.
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { GUIDE_CHECKLIST } from "./guide-checklist.ts";

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

it("has every line of the guide in its section, with what meets it and how it is checked", () => {
  const sections = page("production-checklist.md").split(/^## /m).slice(1);
  const rows = Object.fromEntries(
    sections.map((section) => [
      section.split("\n", 1)[0] ?? "",
      section
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .slice(2)
        .map((line) => line.split(" | ")),
    ]),
  );

  expect(Object.keys(rows)).toEqual(Object.keys(GUIDE_CHECKLIST));
  for (const [name, lines] of Object.entries(GUIDE_CHECKLIST)) {
    expect(rows[name]?.map(([line = ""]) => line.slice(2))).toEqual(lines);
    for (const row of rows[name] ?? []) {
      expect(row).toHaveLength(3);
      expect(row.join("")).not.toMatch(/\|\s*\|/);
    }
  }
});

it.each(["production-checklist.md", "kubernetes.md", "../collector/kubernetes/README.md"])(
  "%s links to files and headings that are there",
  (name) => {
    const base = new URL(`../../docs/${name}`, import.meta.url);
    const links = [...readFileSync(base, "utf8").matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(
      ([, link = ""]) => link,
    );
    const broken = links.filter((link) => {
      const target = new URL(link, base);
      const { hash } = target;
      target.hash = "";
      if (!existsSync(target)) return true;
      return hash !== "" && !headings(readFileSync(target, "utf8")).includes(hash.slice(1));
    });

    expect(links.length).toBeGreaterThan(8);
    expect(broken).toEqual([]);
  },
);

/** As GitHub makes anchors of headings. */
function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}
