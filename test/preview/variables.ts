// Fills in a dashboard's variables as Grafana does: with every value that is found, or with the chosen one.
import { queryOf, type Dashboard, type Variable } from "../collector/dashboards.ts";

export interface Times {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** Where two seconds between scrapes are not what there is. */
  readonly rateInterval?: string;
}

/** The time that a rate looks back: enough for a scrape every 2 s, and for the busy machine that this may run on. */
const RATE_INTERVAL = "20s";

export type Fill = (text: string) => string;

/** @param labelValues queries Prometheus: a selector, a label */
export async function fillerFor(
  dashboard: Dashboard,
  times: Times,
  chosen: Readonly<Record<string, string>>,
  labelValues: (selector: string, label: string) => Promise<readonly string[]>,
): Promise<{ fill: Fill; values: ReadonlyMap<string, string> }> {
  const values = new Map<string, string>([
    ["__rate_interval", times.rateInterval ?? RATE_INTERVAL],
    ["__range", `${Math.round(times.to - times.from)}s`],
  ]);
  const fill: Fill = (text) =>
    text.replaceAll(/\$(\w+)/g, (whole, name: string) => values.get(name) ?? whole);
  for (const variable of dashboard.templating.list)
    values.set(variable.name, chosen[variable.name] ?? (await valueOf(variable, fill, labelValues)));
  return { fill, values };
}

async function valueOf(
  variable: Variable,
  fill: Fill,
  labelValues: (selector: string, label: string) => Promise<readonly string[]>,
): Promise<string> {
  const { type, allValue, current } = variable;
  if (type !== "query") return String(current.value);
  if (allValue !== undefined) return allValue;
  const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(queryOf(variable)) ?? [];
  const found = await labelValues(fill(selector), label);
  // As Grafana writes *All* of a variable with several values into a regular expression.
  return `(${found.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\\$&`)).join("|")})`;
}
