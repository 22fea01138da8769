// The rule files under collector/prometheus/rules, as Prometheus reads them.
import { filesBelow, load } from "./files.ts";

export interface Rule {
  readonly file: string;
  readonly group: string;
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Recording extends Rule {
  readonly record: string;
}

export interface Alert extends Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const RULE_FILES = filesBelow("prometheus/rules", ".yaml");

export const RULES: readonly Rule[] = RULE_FILES.flatMap((file) => {
  const { groups } = load(file) as unknown as { groups: { name: string; rules: Rule[] }[] };
  return groups.flatMap(({ name, rules }) => rules.map((rule) => ({ ...rule, file, group: name })));
});

export const RECORDINGS = RULES.filter((rule): rule is Recording => rule.record !== undefined);
export const ALERTS = RULES.filter((rule): rule is Alert => rule.alert !== undefined);
/** Several rules may share a name, which is that of one runbook. */
export const ALERT_NAMES = [...new Set(ALERTS.map(({ alert }) => alert))].toSorted();
