// The committed dashboards, read back as data, for the tests that look at them and for the preview that draws them.
import { readFileSync, readdirSync } from "node:fs";
import { COLLECTOR } from "./files.ts";

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly exemplar?: boolean;
  readonly format?: string;
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

export interface Thresholds {
  readonly steps: readonly { readonly color: string; readonly value: number | null }[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly transformations?: readonly { readonly id: string; readonly options: Record<string, unknown> }[];
  readonly repeat?: string;
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly decimals?: number;
      readonly min?: number;
      readonly max?: number;
      readonly noValue?: string;
      readonly thresholds?: Thresholds;
      readonly custom?: Record<string, unknown>;
    };
    readonly overrides: readonly Override[];
  };
  readonly options: Record<string, unknown>;
  /** Of a row that is closed. */
  readonly panels?: readonly Panel[];
  readonly collapsed?: boolean;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly description?: string;
  readonly query: string | { readonly query: string };
  readonly current: { readonly value: string | readonly string[] };
  readonly datasource?: { readonly uid: string };
  readonly refresh?: number;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly allValue?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly links: readonly { readonly type: string; readonly tags: readonly string[] }[];
}

const FOLDER = `${COLLECTOR}grafana/dashboards/`;

export const FILES: readonly string[] = readdirSync(FOLDER).toSorted();

export function textOf(file: string): string {
  return readFileSync(`${FOLDER}${file}`, "utf8");
}

export const dashboards: readonly Dashboard[] = FILES.map((file) => JSON.parse(textOf(file)) as Dashboard);

/** Without rows, and with the panels of those that are closed. */
export function panelsOf({ panels }: Dashboard): Panel[] {
  return panels.flatMap((panel) => (panel.type === "row" ? (panel.panels ?? []) : [panel]));
}

/** Each panel of each dashboard, named for the tests' output. */
export const allPanels = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ name: `${dashboard.uid}: ${panel.title}`, dashboard, panel })),
);

export const allTargets = allPanels.flatMap(({ name, dashboard, panel }) =>
  (panel.targets ?? []).map((target) => ({ name: `${name} ${target.refId}`, dashboard, panel, target })),
);

/** A query variable's query. */
export function queryOf({ query }: Pick<Variable, "query">): string {
  return typeof query === "string" ? query : query.query;
}

/** The names of the variables in a text, Grafana's own (`__range`) among them. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$(?:\{(\w[\w.]*)(?::\w+)?\}|(\w+))/g)].map(
    ([, braced, bare]) => braced ?? bare ?? "",
  );
}
