import type { Suite } from "./suites.ts";
import type { Outcome } from "./run.ts";
import { differences, isClean, tally } from "./verdicts.ts";

/** The faults, a line each; empty when the suite gives the same verdicts both ways and the program passes. */
export interface Report {
  lines: string[];
  problems: string[];
}

export function report(
  suite: Suite,
  without: Outcome,
  preloaded: Outcome,
  spans: Map<string, number>,
): Report {
  const scenarios = [...new Set([...without.verdicts.keys(), ...preloaded.verdicts.keys()])].toSorted();
  const rows = scenarios.map((scenario) => {
    const [before, after] = [without.verdicts.get(scenario), preloaded.verdicts.get(scenario)];
    const same = differences(before, after).length === 0;
    return [
      scenario,
      tally(before),
      tally(after),
      same ? "same" : "DIFFERENT",
      String(spans.get(scenario) ?? ""),
    ];
  });
  const counted = scenarios.filter((scenario) => !scenario.startsWith("("));
  const problems = [
    ...scenarios.flatMap((scenario) =>
      differences(without.verdicts.get(scenario), preloaded.verdicts.get(scenario)).map(
        (line) => `${suite.title}: ${scenario}: ${line}`,
      ),
    ),
    ...(counted.length === suite.scenarios
      ? []
      : [`${suite.title}: ${counted.length} scenarios were run, ${suite.scenarios} were expected`]),
    ...scenarios
      .filter((scenario) => !isClean(without.verdicts.get(scenario)) && excuse(suite, scenario) === undefined)
      .map(
        (scenario) =>
          `${suite.title}: ${scenario} does not pass without the preload: ${tally(without.verdicts.get(scenario))}`,
      ),
  ];
  const heads = [suite.title, "without", "with", "verdicts", suite.side === "client" ? "spans" : ""];
  return { lines: [...table([heads, ...rows]), ...remarks(suite, without)], problems };
}

function remarks(suite: Suite, { verdicts, leftOut }: Outcome): string[] {
  const lines = (suite.shortcomings ?? []).map(({ pattern, why }) => {
    const names = [...verdicts.keys()].filter(
      (scenario) => pattern.test(scenario) && !isClean(verdicts.get(scenario)),
    );
    return `  NOT PASSED WITHOUT US EITHER (${names.length}): ${names.join(", ")}: ${why}`;
  });
  if (leftOut.length > 0)
    lines.push(`  NOT RUN (${leftOut.length}): ${leftOut.join(", ")}: ${suite.leftOut?.why}`);
  return lines;
}

function excuse(suite: Suite, scenario: string): string | undefined {
  return suite.shortcomings?.find(({ pattern }) => pattern.test(scenario))?.why;
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
