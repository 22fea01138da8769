import { describe, expect, it } from "vitest";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as semconv from "../../src/semconv.ts";
import { found, skipping, whyWithout } from "../ops/programs.ts";
import { faultOfLogql, readPromql } from "../ops/promql.ts";
import { filesBelow, isThere, read } from "./files.ts";
import { ADDED, emitted, OTHERS } from "./known-series.ts";
import { ALERT_NAMES, RECORDINGS } from "./rule-files.ts";

const SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation"];
const files = filesBelow("runbooks", ".md").filter((file) => !file.endsWith("README.md"));
const nameOf = (file: string): string => file.replace(/.*\/|\.md$/g, "");

it("there is a runbook for each alert, and none for another", () => {
  expect(files.map(nameOf)).toEqual(ALERT_NAMES);
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
    const series = new Map([...emitted(), ...OTHERS]);

    for (const query of blocks(text, "promql")) {
      const { error, selectors } = readPromql(query);
      expect(error, query).toBeUndefined();
      expect(
        selectors.filter(({ metric }) => metric !== "" && !series.has(metric) && !recorded.has(metric)),
      ).toEqual([]);
      for (const { metric, labels } of selectors.filter((one) => series.has(one.metric)))
        expect([...ADDED, ...(series.get(metric) ?? [])], metric).toEqual(
          expect.arrayContaining([...labels]),
        );
    }
  });

  it("asks Loki in LogQL", () => {
    for (const query of blocks(text, "logql")) expect(faultOfLogql(query), query).toBeUndefined();
  });

  it("asks Jaeger by fields of its form and attributes of our spans", () => {
    const attributes = new Set<unknown>([...Object.values(semconv), "error"]);

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
    const run = promisify(execFile);
    const queries = new Set(files.flatMap((file) => blocks(read(file), "promql")));

    for (const query of queries)
      await run(found("promtool") ?? "", ["--experimental", "promql", "format", query]);

    expect(queries.size).toBeGreaterThan(40);
  },
);

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, "gm"))].map(
    ([, body = ""]) => body,
  );
}
