// The guide's own queries and alerts, taken literally, on series as our servers have them: they give what the driver knows.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { found, skipping, whyWithout } from "../ops/programs.ts";
import { readPromql } from "../ops/promql.ts";
import { KNOWN_ANYWHERE } from "./known-metrics.ts";

const FOLDER = fileURLToPath(new URL("guide/", import.meta.url));
const read = (file: string): string => readFileSync(`${FOLDER}${file}`, "utf8");

/** One query of several lines is one query. */
const queries = read("queries.txt")
  .split("\n\n")
  .map((query) => query.trim())
  .filter((query) => !query.startsWith("#"));
const rules = (parse(read("mcp-alerts.yml")) as { groups: { rules: { alert: string; expr: string }[] }[] })
  .groups[0]?.rules;
const cases = parse(read("guide.test.yaml")) as {
  tests: { promql_expr_test?: { expr: string }[]; alert_rule_test?: { alertname: string }[] }[];
};

it("every query and every alert of the guide has a known outcome", () => {
  const asked = cases.tests.flatMap(({ promql_expr_test = [] }) => promql_expr_test.map(({ expr }) => expr));
  const alerts = cases.tests.flatMap(({ alert_rule_test = [] }) =>
    alert_rule_test.map((one) => one.alertname),
  );

  // Grafana puts the server's name in the place of its variable.
  expect(asked.map((expr) => expr.trim())).toEqual(
    queries.map((query) => query.replace("$server", "weather")),
  );
  expect(alerts).toEqual(rules?.map(({ alert }) => alert));
});

it.each([...queries, ...(rules ?? []).map(({ expr }) => expr)])(
  "names series and labels that we emit: %s",
  (query) => {
    const { error, selectors, labels } = readPromql(query);
    const known = selectors.flatMap(({ metric }) => [...(KNOWN_ANYWHERE.get(metric) ?? [])]);

    expect(error).toBeUndefined();
    expect(selectors.filter(({ metric }) => !KNOWN_ANYWHERE.has(metric))).toEqual([]);
    expect(labels.filter((label) => !known.includes(label))).toEqual([]);
  },
);

const without = whyWithout("promtool");
describe.skipIf(without !== undefined)(`promtool${skipping(without)}`, () => {
  it("gives the values that the driver knows", async () => {
    const promtool = promisify(execFile)(found("promtool") ?? "", [
      "test",
      "rules",
      `${FOLDER}guide.test.yaml`,
    ]);
    const outcome = await promtool.catch((failed: { stdout: string; stderr: string }) => failed);

    expect(outcome.stdout + outcome.stderr).toMatch(/SUCCESS/);
  });
});
