// The rules, run by Prometheus itself on series of which the outcome is known. The cases are in rules/*.test.yaml.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { found, skipping, whyWithout } from "../ops/programs.ts";
import { COLLECTOR } from "./files.ts";
import { ALERTS, RULE_FILES, type Alert } from "./rule-files.ts";

const CASES = fileURLToPath(new URL("rules/", import.meta.url));
const FILES = readdirSync(CASES).filter((file) => file.endsWith(".test.yaml"));
const run = promisify(execFile);
/** The first Prometheus that knows `scrape_native_histograms`. The rules themselves need less. */
const CONFIGURED_FOR = [3, 9] as const;
/** Days of series take promtool a while on a busy machine. */
const MINUTES = { timeout: 600_000 };

interface Seen {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
}

interface Case {
  readonly name: string;
  readonly alert_rule_test?: readonly Seen[];
  /** `ALERTS{alertname="...",alertstate="firing"}` is another way to ask the same, without the annotations. */
  readonly promql_expr_test?: readonly Asked[];
}

interface Asked {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string }[];
}

interface CaseFile {
  readonly evaluation_interval: string;
  readonly tests: readonly Case[];
}

/** What one case sees of one alert, in the order of time: `fires` at each of the times that it looks at. */
interface Look {
  readonly at: number;
  readonly every: number;
  readonly fires: boolean;
}

const allCases = FILES.flatMap((file) => {
  const { evaluation_interval, tests } = parse(readFileSync(`${CASES}${file}`, "utf8")) as CaseFile;
  return tests.map((one) => ({ ...one, every: secondsOf(evaluation_interval) }));
});

describe("every alert", () => {
  const constant = (rule: Alert): boolean => rule.expr.trim() === "vector(1)";

  it.each(ALERTS.map((rule) => [describeRule(rule), rule] as const))(
    "has a case for the evaluation before, firing and after: %s",
    (_, rule) => {
      const cases = allCases.map((one) => looksAt(rule, one));

      // One that always fires is never quiet.
      const shown = cases.some((looks) =>
        constant(rule) ? looks.some(({ fires }) => fires) : isWhole(looks),
      );
      expect(shown).toBe(true);
    },
  );
});

/** Quiet, one evaluation later firing, and quiet again. */
function isWhole(looks: readonly Look[]): boolean {
  const first = looks.findIndex(({ fires }) => fires);
  const [before, fired] = [looks[first - 1], looks[first]];
  if (before === undefined || fired === undefined) return false;
  return fired.at - before.at === fired.every && looks.at(-1)?.fires === false;
}

const without = whyWithout("promtool");
describe.skipIf(without !== undefined)(`promtool${skipping(without)}`, () => {
  const promtool = (...args: string[]) => run(found("promtool") ?? "", args, { cwd: COLLECTOR });

  it("finds nothing to say against the rules", async () => {
    const { stdout } = await promtool("check", "rules", "--lint=all", "--lint-fatal", ...RULE_FILES);

    expect(stdout.match(/SUCCESS: \d+ rules found/g)).toHaveLength(RULE_FILES.length);
  });

  const current = found("promtool", CONFIGURED_FOR);
  const old = current === undefined ? `SKIPPED: needs promtool >= ${CONFIGURED_FOR.join(".")}` : undefined;
  it.skipIf(old !== undefined)(
    `reads prometheus.yaml, and finds the rules by it${skipping(old)}`,
    async () => {
      const { stdout } = await run(current ?? "", ["check", "config", "prometheus/prometheus.yaml"], {
        cwd: COLLECTOR,
      });

      expect(stdout).toContain(`SUCCESS: ${RULE_FILES.length} rule files found`);
    },
  );

  it.each(FILES)("%s", { ...MINUTES, tags: ["proof"] }, async (file) => {
    const outcome = await promtool("test", "rules", `${CASES}${file}`).catch(
      ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ stdout: stdout + stderr }),
    );

    expect(outcome.stdout).toMatch(/SUCCESS/);
  });
});

function looksAt(
  rule: Alert,
  { alert_rule_test = [], promql_expr_test = [], every }: Case & { every: number },
): Look[] {
  return [...alert_rule_test, ...promql_expr_test.flatMap(asSeen)]
    .filter(({ alertname }) => alertname === rule.alert)
    .map(({ eval_time, exp_alerts }) => ({
      at: secondsOf(eval_time),
      every,
      fires: exp_alerts.some(({ exp_labels }) => isOf(rule, exp_labels)),
    }))
    .toSorted((a, b) => a.at - b.at);
}

function secondsOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };
  const parts = [...duration.matchAll(/(\d+)([dhms])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? Number.NaN), 0);
}

function asSeen({ expr, eval_time, exp_samples }: Asked): Seen[] {
  const [, alertname] = /^ALERTS\{alertname="(\w+)",alertstate="firing"\}$/.exec(expr) ?? [];
  if (alertname === undefined) return [];
  const exp_alerts = exp_samples.map(({ labels }) => ({
    exp_labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
    ),
  }));
  return [{ alertname, eval_time, exp_alerts }];
}

function describeRule({ alert, labels }: Alert): string {
  const { severity: _severity, component: _component, ...own } = labels;
  return [alert, ...Object.entries(own).map(([name, value]) => `${name}=${value}`)].join(" ");
}

function isOf({ labels }: Alert, seen: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => seen[name] === value);
}
