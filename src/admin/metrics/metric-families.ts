import { CUMULATIVE, POINT } from "./collected.ts";
import type { Attributes, Collected, CollectedMetric, ExponentialHistogram, Histogram } from "./collected.ts";
import { toOrdinaryBuckets } from "./exponential.ts";
import { metricName, unitName, type MetricKind } from "./prometheus-names.ts";
import { createLabelWriter, type LabelWriter } from "./prometheus-labels.ts";

/** A metric in Prometheus: one name, one type, and no two series with the same labels. */
export interface Family {
  readonly name: string;
  readonly kind: MetricKind | "info";
  readonly help: string;
  readonly unit: string;
  /** Keyed by the labels as they are written. */
  readonly series: Map<string, Series>;
}

export interface Series {
  /** The instrument's name in OpenTelemetry, and the attributes before they become labels. */
  readonly instrument: string;
  readonly attributes: Attributes;
  readonly value: number | Histogram;
  /** Since when it counts, in seconds since 1970. */
  readonly start?: number;
}

/** The types that both formats know; OpenMetrics has `info` beside them. */
export const TYPES = {
  counter: "counter",
  upDownCounter: "gauge",
  gauge: "gauge",
  histogram: "histogram",
  info: "gauge",
} as const satisfies Record<Family["kind"], string>;

/**
 * A command line may hold a password, and anyone who reaches the port can read the page. By OTLP these attributes go
 * where the operator sends them; on the page they are left out.
 */
const KEPT_OFF_THE_PAGE: readonly string[] = ["process.command_args", "process.command_line"];

/**
 * Everything that was collected, under Prometheus's names. The instrumentation scope does not become a label, as with
 * OTLP, so metrics of the same name from two scopes are added up: both measure the same thing.
 * @returns the families by name, and one line for each thing that could not be shown
 */
export function describeFamilies({ resourceMetrics, errors }: Collected): {
  families: Family[];
  problems: string[];
} {
  const families = new Map<string, Family>();
  const problems = new Set<string>();
  const labels = createLabelWriter();

  const target = describeTarget(resourceMetrics.resource.attributes, labels);
  if (target !== undefined) families.set(target.name, target);
  for (const metric of resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)) {
    const problem = addMetric(metric, families, labels);
    if (problem !== undefined) problems.add(`${JSON.stringify(metric.descriptor.name)} ${problem}`);
  }
  // Only the number of errors: a callback's error message may hold data that not everyone may read.
  if (errors.length > 0) problems.add(`${errors.length} observable instruments could not be read`);

  const byName = [...families.values()].filter(({ series }) => series.size > 0);
  return { families: byName.toSorted((a, b) => (a.name < b.name ? -1 : 1)), problems: [...problems] };
}

/** The resource. Queries join with it to get a series' service, version or host. */
function describeTarget(resource: Attributes, labels: LabelWriter): Family | undefined {
  const attributes = Object.fromEntries(
    Object.entries(resource).filter(([name]) => !KEPT_OFF_THE_PAGE.includes(name)),
  );
  const written = labels(attributes, []);
  if (written === "") return undefined;
  const series: Series = { instrument: "target_info", attributes, value: 1 };
  return {
    name: "target_info",
    kind: "info",
    help: "Target metadata",
    unit: "",
    series: new Map([[written, series]]),
  };
}

/** @returns why the metric, or part of it, is not shown */
function addMetric(
  metric: CollectedMetric,
  families: Map<string, Family>,
  labels: LabelWriter,
): string | undefined {
  const kind = kindOf(metric);
  if (kind === undefined) return "is of a kind that is not known here";
  // Prometheus has no delta temporality.
  if (kind !== "gauge" && metric.aggregationTemporality !== CUMULATIVE) return "has delta temporality";
  const { name: instrument, description, unit } = metric.descriptor;
  const name = metricName(instrument, unit, kind);
  if (name === undefined) return "has no letter or digit that a name could be made of";

  let family = families.get(name);
  if (family === undefined) {
    family = { name, kind, help: description, unit: unitName(unit, kind), series: new Map() };
    families.set(name, family);
  } else if (TYPES[family.kind] !== TYPES[kind] || family.kind === "info") {
    return `is a ${TYPES[kind]} and would be ${name}, which is a ${TYPES[family.kind]} already`;
  }

  // An attribute of this name would give every bucket two labels of one name.
  const taken = kind === "histogram" ? ["le"] : [];
  let clashes = 0;
  for (const { attributes, value, startTime } of metric.dataPoints) {
    const written = labels(attributes, taken);
    const number =
      metric.dataPointType === POINT.exponentialHistogram
        ? toOrdinaryBuckets(value as ExponentialHistogram)
        : value;
    const start = startOf(metric, startTime);
    const series: Series = { instrument, attributes, value: number as Series["value"], ...start };
    const earlier = family.series.get(written);
    const merged =
      earlier === undefined ? series : added(earlier, series, family.kind === "gauge" || kind === "gauge");
    if (merged === undefined) clashes += 1;
    else family.series.set(written, merged);
  }
  return clashes === 0
    ? undefined
    : `has ${clashes} series with the same labels as others of ${name}, which cannot be added up`;
}

/**
 * Of what was counted here. An instrument that is observed starts for its SDK when it is first looked at, whatever it has counted
 * before; told of that start, Prometheus would take all of it for an increase in that moment.
 */
function startOf(
  { descriptor: { type } }: CollectedMetric,
  time: readonly [number, number] | undefined,
): { start?: number } {
  if (time === undefined || (type !== "COUNTER" && type !== "HISTOGRAM")) return {};
  return { start: time[0] + Math.floor(time[1] / 1e6) / 1e3 };
}

function kindOf({ dataPointType, isMonotonic }: CollectedMetric): MetricKind | undefined {
  switch (dataPointType) {
    case POINT.sum:
      return isMonotonic === true ? "counter" : "upDownCounter";
    case POINT.gauge:
      return "gauge";
    case POINT.histogram:
    case POINT.exponentialHistogram:
      return "histogram";
    default:
      return undefined;
  }
}

/** Adds two series. The sum of two temperatures means nothing, and histograms need the same bounds. */
function added(a: Series, b: Series, gauge: boolean): Series | undefined {
  if (typeof a.value === "number" || typeof b.value === "number") {
    if (gauge || typeof a.value !== "number" || typeof b.value !== "number") return undefined;
    return { ...earlierOf(a, b), value: a.value + b.value };
  }
  const [x, y] = [a.value, b.value];
  const { boundaries, counts } = x.buckets;
  if (boundaries.length !== y.buckets.boundaries.length) return undefined;
  if (boundaries.some((bound, i) => bound !== y.buckets.boundaries[i])) return undefined;
  const buckets = { boundaries, counts: counts.map((count, i) => count + (y.buckets.counts[i] ?? 0)) };
  const sum = x.sum === undefined || y.sum === undefined ? {} : { sum: x.sum + y.sum };
  return { ...earlierOf(a, b), value: { buckets, count: x.count + y.count, ...sum } };
}

function earlierOf(a: Series, b: Series): Series {
  return (b.start ?? Infinity) < (a.start ?? Infinity) ? b : a;
}
