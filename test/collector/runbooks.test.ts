import { describe, expect, it } from "vitest";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import * as semconv from "../../src/semconv.ts";
import { found, skipping, whyWithout } from "../ops/programs.ts";
import { faultOfLogql, readPromql } from "../ops/promql.ts";
import { filesBelow, isThere, read } from "./files.ts";
import { KNOWN_ANYWHERE } from "./known-metrics.ts";
import { ALERT_NAMES, RECORDINGS } from "./rule-files.ts";

const SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation"];
const files = filesBelow("runbooks", ".md").filter((file) => !file.endsWith("README.md"));
const nameOf = (file: string): string => file.replace(/.*\/|\.md$/g, "");

it("there is a runbook for each alert, and none for another", () => {
  expect(files.map(nameOf)).toEqual(ALERT_NAMES);
  expect(
    [...read("runbooks/README.md").matchAll(/^- \[(\w+)\]\(\1\.md\)$/gm)].map(([, name]) => name),
  ).toEqual(ALERT_NAMES);
});

describe.each(files.map((file) => [nameOf(file), read(file)] as const))("%s", (name, text) => {
  it("has its name and the four sections, none of them empty", () => {
    const sections = [...text.matchAll(/^## (.+)\n([^]*?)(?=^## |$(?![^]))/gm)];

    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    expect(sections.map(([, title]) => title)).toEqual(SECTIONS);
    for (const [, title, body = ""] of sections)
      expect(body.trim().split(/\s+/).length, title).toBeGreaterThanOrEqual(10);
    expect(text).not.toMatch(/TODO|TBD|FIXME/);
  });

  it("has something to paste into Prometheus, Loki and Jaeger", () => {
    for (const language of ["promql", "logql", "jaeger"])
      expect(blocks(text, language), language).not.toEqual([]);
  });

  it("asks Prometheus in PromQL, for series and labels that exist", () => {
    const recorded = new Set(RECORDINGS.map(({ record }) => record));

    for (const query of blocks(text, "promql")) {
      const { error, selectors } = readPromql(query);
      expect(error, query).toBeUndefined();
      expect(
        selectors.filter(
          ({ metric }) => metric !== "" && !KNOWN_ANYWHERE.has(metric) && !recorded.has(metric),
        ),
      ).toEqual([]);
      const wrong = selectors.flatMap(({ metric, labels }) =>
        labels.filter((label) => KNOWN_ANYWHERE.get(metric)?.has(label) === false),
      );
      expect(wrong, query).toEqual([]);
    }
  });

  it("asks Loki in LogQL", () => {
    for (const query of blocks(text, "logql")) expect(faultOfLogql(query), query).toBeUndefined();
  });

  // Not by `error=true`: Jaeger 2.13 finds nothing by it when it keeps traces in memory.
  it("searches Jaeger by fields of its form and attributes of mcp-otelkit's spans", () => {
    const attributes = new Set<unknown>(Object.values(semconv));

    for (const block of blocks(text, "jaeger"))
      for (const line of block.split("\n")) {
        const [, field = "", value = ""] = /^([A-Z][A-Za-z ]+): (.+)$/.exec(line) ?? [];
        expect(["Service", "Operation", "Tags", "Lookback", "Min Duration", "Limit Results"]).toContain(
          field,
        );
        if (field !== "Tags") continue;
        for (const tag of value.split(" ")) expect(attributes).toContain(tag.split("=", 1)[0]);
      }
  });

  it("links to files that are there", () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path);

    expect(links.filter((path) => !isThere(`runbooks/${path}`))).toEqual([]);
  });
});

const without = whyWithout("promtool");
it.skipIf(without !== undefined)(
  `promtool parses every query of the runbooks${skipping(without)}`,
  async () => {
    const queries = new Set(files.flatMap((file) => blocks(read(file), "promql")));
    const rules = [...queries].map((expr, at) => ({ record: `runbook:query_${at}:value`, expr }));
    const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-runbooks-"));
    const file = join(folder, "queries.yaml");
    writeFileSync(file, stringify({ groups: [{ name: "runbooks", rules }] }));

    // As rules of one file: a program start for each of the queries takes minutes.
    const { stdout } = await promisify(execFile)(found("promtool") ?? "", ["check", "rules", file]).finally(
      () => rmSync(folder, { recursive: true }),
    );

    expect(stdout).toContain(`SUCCESS: ${queries.size} rules found`);
    expect(queries.size).toBeGreaterThan(40);
  },
);

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, "gm"))].map(
    ([, body = ""]) => body,
  );
}
