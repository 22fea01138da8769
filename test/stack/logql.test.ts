// The LogQL of runbooks, documents and dashboards, on a real Loki: it takes each query, and those that ask for what the traffic made find it.
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { dashboards, panelsOf } from "../collector/dashboards.ts";
import { filesBelow, read } from "../collector/files.ts";
import { arrived } from "./ask.ts";
import { startCast } from "./cast.ts";
import { addressOf, getJson } from "./get.ts";
import { givenStack, needs } from "./given.ts";
import { linesIn } from "./log-stores.ts";
import { startStdioServer } from "./stdio.ts";

/** What this traffic has none of. Every other query has to find something. */
const FINDS_NOTHING: readonly RegExp[] = [
  /severity_text="ERROR"/, // the caller and the tool are to blame here, which is a warning
  /error_type="timeout"/,
  /"stdout"/,
  /"\(\?i\)cannot deliver/,
  /service_name="exchange"/,
  /="\.\.\."/, // a place for an id
  /event_name="mcp\.log\.message"/,
];
const finds = (query: string): boolean => !FINDS_NOTHING.some((pattern) => pattern.test(query));

const DOCUMENTS = new URL("../../docs/", import.meta.url);
const QUERIES = [...new Set([...inBlocks(), ...inText(), ...inDashboards()])].toSorted();

describe("LogQL", { ...needs("loki"), timeout: 120_000 }, () => {
  const stack = givenStack({ store: "loki" });
  const found = new Map<string, number>();

  beforeAll(async () => {
    const endpoint = stack().collector.http;
    const slow = { weather: { OTEL_INSTRUMENTATION_MCP_SLOW_MS: "1" } };
    const cast = await startCast(endpoint, {}, slow);
    await cast.hostDoes("/variety");
    const server = await startStdioServer(endpoint, "weather");
    await server.misuse(1);
    await server.end();
    await cast.stop();
    await arrived(
      () => linesIn(stack().logs, { service: "weather" }),
      (lines) =>
        ["Session closed", "Slow tool call", "Tool call failed"].every((wanted) =>
          lines.some(({ text }) => text === wanted),
        ),
    );
  }, 120_000);

  it.each(QUERIES)("%s", async (query) => {
    const now = Date.now();
    const answer = await getJson<{ data: { result: { values: unknown[] }[] } }>(
      addressOf(stack().logs.url, "/loki/api/v1/query_range", {
        query,
        start: `${now - 600_000}000000`,
        end: `${now + 60_000}000000`,
        limit: "1000",
      }),
    );

    const result = answer?.data.result ?? [];
    const count = query.startsWith("{")
      ? result.reduce((sum, { values }) => sum + values.length, 0)
      : result.length;
    found.set(query, count);
    expect(count).toBeGreaterThanOrEqual(finds(query) ? 1 : 0);
  });

  it("each of them was asked", () => {
    console.table(
      [...found].map(([query, count]) => ({ query, [query.startsWith("{") ? "lines" : "series"]: count })),
    );
    expect(found.size).toBe(QUERIES.length);
  });
});

it("every exception is one", () => {
  const unused = FINDS_NOTHING.filter((pattern) => !QUERIES.some((query) => pattern.test(query)));

  expect(unused).toEqual([]);
  expect(QUERIES.filter(finds).length).toBeGreaterThan(10);
});

function inBlocks(): string[] {
  return filesBelow("runbooks", ".md").flatMap((file) =>
    [...read(file).matchAll(/^```logql\n([^]*?)\n```$/gm)].map(([, query = ""]) => query),
  );
}

/** Between backticks, or in the comments of the configuration. */
function inText(): string[] {
  const texts = [
    read("README.md"),
    read("loki/loki.yaml"),
    ...readdirSync(DOCUMENTS)
      .filter((name) => name.endsWith(".md"))
      .map((name) => readFileSync(new URL(name, DOCUMENTS), "utf8")),
  ];
  return texts
    .flatMap((text) => [
      ...text.matchAll(/`(\{service_name[^`]*)`/g),
      ...text.matchAll(/^ *# +(\{service_name.*)$/gm),
    ])
    .map(([, query = ""]) => query.replace("my-server", "weather"));
}

/** With all servers and all tools selected. */
function inDashboards(): string[] {
  return dashboards
    .flatMap(panelsOf)
    .flatMap(({ targets = [] }) => targets)
    .filter(({ datasource }) => datasource.type === "loki")
    .map(({ expr }) => expr.replaceAll(/\$\w+/g, ".+"));
}
