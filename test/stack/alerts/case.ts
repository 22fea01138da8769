// One row for each alert rule: what the driver does, and what the rule's own expression then gives.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { ALERTS, type Alert } from "../../collector/rule-files.ts";
import { arrived, queryPrometheus, type Series } from "../ask.ts";
import { hurried } from "../hurry.ts";

export interface AlertCase {
  readonly alert: string;
  /** The label that tells it from the other rules of that name. */
  readonly rule?: Readonly<Record<string, string>>;
  /** Not one of the shipped rules but one of the field's monitoring guide, word for word. */
  readonly guide?: true;
  readonly did: string;
  /** The labels of the series that must be there. */
  readonly labels: Readonly<Record<string, string>>;
  /** The least and the most that the value can be, from what the driver did. */
  readonly value: readonly [least: number, most: number];
  /** The expression with times that are so many times as short. */
  readonly hurry?: number;
}

export interface Fired {
  readonly row: AlertCase;
  readonly series: readonly Series[];
}

const GUIDE = parse(
  readFileSync(new URL("../../collector/guide/mcp-alerts.yml", import.meta.url), "utf8"),
) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};
const GUIDES = GUIDE.groups.flatMap(({ rules }) => rules);
const WITHIN_MS = 90_000;

type Named = Pick<AlertCase, "alert" | "rule" | "guide">;

export function nameOf({ alert, rule = {}, guide }: Named): string {
  return [...(guide ? ["the guide's"] : []), alert, ...Object.values(rule)].join(" ");
}

/** The rules that a row is for; each row is for one. */
function rulesOf({ alert, rule = {}, guide }: Named): readonly Pick<Alert, "alert" | "expr">[] {
  if (guide) return GUIDES.filter((one) => one.alert === alert);
  return ALERTS.filter(
    (one) =>
      one.alert === alert && Object.entries(rule).every(([label, value]) => one.labels[label] === value),
  );
}

function exprOf(row: AlertCase): string {
  const [rule] = rulesOf(row);
  return row.hurry === undefined ? (rule?.expr ?? "") : hurried(rule?.expr ?? "", row.hurry);
}

function belongsTo(row: AlertCase, series: Series): boolean {
  return Object.entries(row.labels).every(([label, value]) => series.labels[label] === value);
}

/** What the alert's expression gives, once it has the row's series with a value that can be, and none of a job that is calm. */
export async function fires(
  prometheus: string,
  row: AlertCase,
  calm: readonly string[] = [],
): Promise<Fired> {
  const [least, most] = row.value;
  const series = await arrived(
    () => evaluate(prometheus, row),
    (all) =>
      all.some((one) => belongsTo(row, one) && one.value >= least && one.value <= most) &&
      ofJobs(all, calm).length === 0,
    WITHIN_MS,
  );
  return { row, series };
}

export function evaluate(prometheus: string, row: AlertCase): Promise<Series[]> {
  return queryPrometheus(prometheus, exprOf(row));
}

export function ofJobs(series: readonly Series[], jobs: readonly string[]): Series[] {
  return series.filter(({ labels }) => jobs.includes(labels["job"] ?? ""));
}

/** A line of the table that a run prints. */
export function told({ row, series }: Fired): string {
  const one = series.find((each) => belongsTo(row, each));
  const labels = Object.entries(row.labels).map(([label, value]) => `${label}=${value}`);
  return `${nameOf(row).padEnd(36)} ${labels.join(" ").padEnd(46)} ${String(Number(one?.value.toPrecision(4))).padEnd(10)} ${row.did}`;
}

/** The rules that no row is for, and the rows that are for no rule. */
export function unmatched(rows: readonly Named[]): string[] {
  const covered = new Set(rows.flatMap((row) => rulesOf(row)));
  return [
    ...rows.filter((row) => rulesOf(row).length !== 1).map((row) => `${nameOf(row)} is for no single rule`),
    ...[...ALERTS, ...GUIDES]
      .filter((rule) => !covered.has(rule))
      .map((rule) => `${rule.alert} has no row: ${rule.expr}`),
  ];
}
