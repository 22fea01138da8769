import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

export type Status = "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";

/** The verdicts of one scenario, one for each check, under a name that distinguishes repeated checks. */
export type Verdicts = Map<string, Status>;

interface Check {
  id: string;
  name: string;
  status: Status;
}

/**
 * Entries that log the traffic of a scenario, as opposed to judging it. How many requests there are is not a verdict:
 * a client may or may not get its GET stream open before it has nothing left to do.
 */
const TRAFFIC = /^(incoming|outgoing)-/;

/** Reads what `-o` wrote below a folder: `[server-]<scenario>-<time>/checks.json` for each scenario. */
export function readVerdicts(folder: string): Map<string, Verdicts> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return new Map(
    files
      .filter((file) => basename(file) === "checks.json")
      .map((file) => [
        scenarioOf(relative(folder, join(folder, dirname(file)))),
        verdictsIn(join(folder, file)),
      ]),
  );
}

/** The checks on which two runs of a scenario do not agree; a check that only one of them made is one of those. */
export function differences(without: Verdicts | undefined, preloaded: Verdicts | undefined): string[] {
  const checks = new Set([...(without?.keys() ?? []), ...(preloaded?.keys() ?? [])]);
  return [...checks]
    .filter((check) => without?.get(check) !== preloaded?.get(check))
    .map(
      (check) =>
        `${check}: ${without?.get(check) ?? "absent"} without, ${preloaded?.get(check) ?? "absent"} with`,
    );
}

/** `12 ok`, `3 ok 1 failed`: the verdicts by status. */
export function tally(verdicts: Verdicts | undefined): string {
  if (verdicts === undefined) return "no result";
  const words = { SUCCESS: "ok", FAILURE: "failed", WARNING: "warned", SKIPPED: "skipped", INFO: "noted" };
  const counts = Object.entries(words).map(([status, word]) => ({
    word,
    count: [...verdicts.values()].filter((verdict) => verdict === status).length,
  }));
  return counts.flatMap(({ word, count }) => (count > 0 ? `${count} ${word}` : [])).join(" ") || "nothing";
}

export function isClean(verdicts: Verdicts | undefined): boolean {
  return (
    verdicts !== undefined &&
    ![...verdicts.values()].some((status) => status === "FAILURE" || status === "WARNING")
  );
}

function scenarioOf(folder: string): string {
  return folder
    .replaceAll("\\", "/")
    .replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/, "")
    .replace(/^server-(?=.)/, "");
}

function verdictsIn(file: string): Verdicts {
  const verdicts: Verdicts = new Map();
  for (const { id, name, status } of JSON.parse(readFileSync(file, "utf8")) as Check[]) {
    if (TRAFFIC.test(id)) continue;
    const check = id === name ? id : `${id} (${name})`;
    let nth = 1;
    while (verdicts.has(numbered(check, nth))) nth += 1;
    verdicts.set(numbered(check, nth), status);
  }
  return verdicts;
}

function numbered(check: string, nth: number): string {
  return nth === 1 ? check : `${check} #${nth}`;
}
