// The kinds of panel, each with the settings that make it readable with one series and with fifty.
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  LogsSortOrder,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  type DynamicConfigValue,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as GaugeBuilder } from "@grafana/grafana-foundation-sdk/gauge";
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  PanelBuilder as HeatmapBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as LogsBuilder } from "@grafana/grafana-foundation-sdk/logs";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { LOGS } from "./data-sources.ts";
import { describe, type Described, type Placed } from "./described.ts";
import { buckets, lines, logLines, refId, rows, values, type Query } from "./targets.ts";

const CHART = 9;
const TILE = 4;

interface Chart extends Described {
  readonly queries: readonly Query[];
  /** A share of something is between 0 and this. */
  readonly max?: number;
  readonly stacked?: boolean;
  /** Which legends (a pattern) are limits: a dashed red line. */
  readonly limit?: string;
  /** Series that have a colour of their own, by their legend. */
  readonly colours?: Readonly<Record<string, string>>;
  /** Where a click on a series leads. */
  readonly leads?: DynamicConfigValue;
}

export function timeSeries(chart: Chart): Placed {
  const panel = new TimeSeriesBuilder()
    .targets(lines(chart.queries))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(["lastNotNull", "mean", "max"])
        .sortBy("Max")
        .sortDesc(true),
    )
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending)
        .hideZeros(true),
    )
    // Not by name: of ten names two get the same colour as often as not.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .lineWidth(1)
    .fillOpacity(chart.stacked === true ? 40 : 8)
    .showPoints(VisibilityMode.Auto)
    .min(0);
  if (chart.max !== undefined) panel.axisSoftMax(chart.max);
  if (chart.stacked === true) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  if (chart.thresholds !== undefined)
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  if (chart.limit !== undefined) panel.overrideByRegexp(chart.limit, LIMIT_LINE);
  for (const [name, fixedColor] of Object.entries(chart.colours ?? {}))
    panel.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor } }]);
  if (chart.leads !== undefined) panel.overrideByRegexp("/.*/", [chart.leads]);
  return describe(panel, chart, CHART);
}

const LIMIT_LINE: DynamicConfigValue[] = [
  { id: "color", value: { mode: "fixed", fixedColor: "red" } },
  { id: "custom.lineStyle", value: { fill: "dash", dash: [10, 10] } },
  { id: "custom.fillOpacity", value: 0 },
];

interface Tile extends Described {
  readonly queries: readonly Query[];
  readonly max?: number;
}

/** The value now, in the colour of its threshold, one for each series. */
export function stat(tile: Tile): Placed {
  const panel = new StatBuilder()
    .targets(values(tile.queries))
    .reduceOptions(lastValue())
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .wideLayout(true);
  return describe(panel, tile, TILE);
}

export function gauge(tile: Tile): Placed {
  const panel = new GaugeBuilder()
    .targets(values(tile.queries))
    .reduceOptions(lastValue())
    .showThresholdMarkers(true)
    .min(0);
  if (tile.max !== undefined) panel.max(tile.max);
  return describe(panel, tile, CHART);
}

interface Heat extends Described {
  readonly expr: string;
}

/** How many observations fell into each bucket of a classic histogram, over time. */
export function heatmap(heat: Heat): Placed {
  const panel = new HeatmapBuilder()
    .targets(buckets(heat.expr))
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new YAxisConfigBuilder().unit(heat.unit))
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme("Oranges")
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .cellGap(1);
  return describe(panel, heat, CHART);
}

interface Column {
  /** The unit of the column's values. */
  readonly unit?: string;
  /** From which value on a cell is yellow, and from which red. */
  readonly bad?: readonly [number, number];
}

interface Label {
  readonly head: string;
  /** Where a click on a cell leads. */
  readonly leads?: DynamicConfigValue;
}

interface Rows extends Described {
  /** Each query is a column, named by its legend. All have the same labels. */
  readonly queries: readonly (Query & Column)[];
  /** The labels that name a row, and the head of their columns. */
  readonly labels: Readonly<Record<string, Label>>;
  readonly sortBy: string;
}

/** A row for each combination of labels, with the values of several queries. */
export function table(spec: Rows): Placed {
  const columns = spec.queries.map((query, at) => ({ ...query, was: `Value #${refId(at)}` }));
  const only = columns.length === 1 ? "Value" : undefined;
  const names = [
    ...Object.entries(spec.labels).map(([label, { head }]) => [label, head] as const),
    ...columns.map(({ was, legend }) => [only ?? was, legend] as const),
  ];
  const panel = new TableBuilder()
    .targets(rows(spec.queries))
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(names.map(([was], at) => [was, at])),
        renameByName: Object.fromEntries(names),
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(spec.sortBy).desc(true)])
    .filterable(true);
  for (const { head, leads } of Object.values(spec.labels))
    if (leads !== undefined) panel.overrideByName(head, [leads]);
  for (const { legend, unit, bad } of columns)
    panel.overrideByName(legend, [
      // What has no unit is a number of things, and increase() makes fractions of them.
      unit === undefined ? { id: "decimals", value: 0 } : { id: "unit", value: unit },
      ...colours(bad),
    ]);
  return describe(panel, spec, CHART);
}

function colours(bad: Column["bad"]): DynamicConfigValue[] {
  if (bad === undefined) return [];
  const steps = [
    { color: "green", value: null },
    { color: "yellow", value: bad[0] },
    { color: "red", value: bad[1] },
  ];
  return [
    { id: "thresholds", value: { mode: "absolute", steps } },
    { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorText } },
  ];
}

interface Lines extends Omit<Described, "unit"> {
  /** LogQL. */
  readonly expr: string;
}

export function logs(spec: Lines): Placed {
  const panel = new LogsBuilder()
    .targets(logLines(spec.expr))
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending);
  return describe(panel, { ...spec, unit: "short" }, CHART, LOGS);
}

function lastValue(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false);
}
