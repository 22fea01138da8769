// What every panel has: words for the person who looks at it, a unit, limits, room.
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type * as common from "@grafana/grafana-foundation-sdk/common";
import {
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type GridPos,
  type Panel,
  type ThresholdsConfig,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { METRICS } from "./data-sources.ts";

export interface Described {
  readonly title: string;
  /** What the panel shows. */
  readonly shows: string;
  /** What to do when it looks bad. */
  readonly whenBad: string;
  /** Grafana's name of it: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
  readonly unit: string;
  readonly decimals?: number;
  /** From which value on it is yellow, and from which red; `falling`: below which. */
  readonly thresholds?: readonly [number, number];
  readonly falling?: true;
  /** What the panel says instead of values. */
  readonly noData?: string;
  /** Of 24. */
  readonly width?: number;
  readonly height?: number;
}

/** A panel and the room it takes. */
export interface Placed {
  readonly panel: PanelBuilder;
  readonly width: number;
  readonly height: number;
}

/** What the builders of all kinds of panel have in common. */
export interface PanelBuilder extends Builder<Panel> {
  title(text: string): unknown;
  description(text: string): unknown;
  datasource(source: common.DataSourceRef): unknown;
  unit(unit: string): unknown;
  decimals(count: number): unknown;
  noValue(text: string): unknown;
  thresholds(thresholds: Builder<ThresholdsConfig>): unknown;
  gridPos(position: GridPos): unknown;
  id(id: number): unknown;
}

export function describe(
  panel: PanelBuilder,
  spec: Described,
  height: number,
  source: common.DataSourceRef = METRICS,
): Placed {
  panel.title(spec.title);
  panel.description(`${spec.shows}\n\n**When it looks bad:** ${spec.whenBad}`);
  panel.unit(spec.unit);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  panel.noValue(spec.noData ?? "No data in this time range");
  panel.thresholds(thresholds(spec));
  panel.datasource(source);
  return { panel, width: spec.width ?? 12, height: spec.height ?? height };
}

function thresholds({ thresholds: limits, falling }: Described): ThresholdsConfigBuilder {
  const colours = falling === true ? ["red", "yellow", "green"] : ["green", "yellow", "red"];
  const values = [null, ...(limits?.toSorted((a, b) => a - b) ?? [])];
  const steps =
    values.length === 1
      ? [{ color: "green", value: null }]
      : values.map((value, at) => ({ color: colours[at] ?? "", value }));
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
