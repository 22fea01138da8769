import type { Attributes, Collected, Histogram } from "./collected.ts";
import { describeFamilies, TYPES, type Family, type Series } from "./metric-families.ts";
import { escapeLabelValue } from "./prometheus-labels.ts";

/** One measurement and the trace it was made in. It leads from a histogram bucket to a request in it. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly timestampSeconds: number;
}

/**
 * Called for each bucket of each histogram. `Infinity` is the last bound.
 * @param metricName the instrument's name in OpenTelemetry
 */
export type ExemplarOf = (
  metricName: string,
  attributes: Attributes,
  bucketUpperBound: number,
) => Exemplar | undefined;

export interface PageOptions {
  /** OpenMetrics 1.0.0, which has units and exemplars; otherwise Prometheus's own text format, 0.0.4. */
  readonly openMetrics: boolean;
  readonly exemplarOf?: ExemplarOf;
}

/**
 * The page that Prometheus scrapes: https://prometheus.io/docs/instrumenting/exposition_formats/ and
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export function renderMetrics(collected: Collected, options: PageOptions): string {
  const { families, problems } = describeFamilies(collected);
  const taken = new Set<string>();
  const lines: string[] = [];
  for (const family of families) {
    // `a.count` beside a histogram `a` would be a second `a_count`, and OpenMetrics reads a counter `a_total` as `a`.
    const clash = namesOf(family, options.openMetrics).find((name) => taken.has(name));
    if (clash !== undefined) {
      problems.push(`${family.name} is left out: ${clash} is the name of another metric already`);
      continue;
    }
    for (const name of namesOf(family, options.openMetrics)) taken.add(name);
    // One by one: as arguments of one call, the points of a large application overflow the stack.
    for (const line of renderFamily(family, options)) lines.push(line);
  }
  // OpenMetrics has no comments.
  if (options.openMetrics) lines.push("# EOF");
  else for (const problem of problems) lines.push(`# not shown: ${oneLine(problem)}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** Every name that the family's lines begin with or refer to. */
function namesOf(family: Family, openMetrics: boolean): string[] {
  const { name, kind } = family;
  const created = openMetrics && hasStart(family) ? [`${familyName(family)}_created`] : [];
  if (kind === "histogram") return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`, ...created];
  return openMetrics ? [...new Set([name, familyName(family), ...created])] : [name];
}

function* renderFamily(family: Family, options: PageOptions): Generator<string> {
  const { openMetrics } = options;
  const { name, kind, help, unit, series } = family;
  const title = openMetrics ? familyName(family) : name;
  if (help !== "") yield `# HELP ${title} ${escapeHelp(help, openMetrics)}`;
  yield `# TYPE ${title} ${openMetrics ? openMetricsType(family) : TYPES[kind]}`;
  if (openMetrics && unit !== "" && title.endsWith(`_${unit}`)) yield `# UNIT ${title} ${unit}`;

  for (const [labels, one] of series) {
    if (typeof one.value === "number") yield sample(name, labels, numberText(one.value));
    else yield* renderHistogram(name, labels, one, one.value, options);
    // Since when it counts: by it Prometheus knows that what it sees first is an increase from nothing.
    if (openMetrics && one.start !== undefined && hasStart(family))
      yield sample(`${title}_created`, labels, numberText(one.start));
  }
}

function* renderHistogram(
  name: string,
  labels: string,
  { instrument, attributes }: Series,
  { buckets, sum, count }: Histogram,
  { openMetrics, exemplarOf }: PageOptions,
): Generator<string> {
  const bounds = buckets.boundaries.filter((bound) => bound !== Infinity);
  let below = 0;
  for (const [i, bound] of [...bounds, Infinity].entries()) {
    below = bound === Infinity ? count : below + (buckets.counts[i] ?? 0);
    const le = `le="${openMetrics ? canonicalText(bound) : numberText(bound)}"`;
    const exemplar = openMetrics ? exemplarOf?.(instrument, attributes, bound) : undefined;
    yield (
      sample(`${name}_bucket`, labels === "" ? le : `${labels},${le}`, numberText(below)) +
      exemplarText(exemplar)
    );
  }
  // OpenMetrics allows no sum that can fall, and no count without a sum; the last bucket holds the count anyway.
  const isSummed = sum !== undefined && !(openMetrics && Math.min(...bounds) < 0);
  if (isSummed) yield sample(`${name}_sum`, labels, numberText(sum));
  if (isSummed || !openMetrics) yield sample(`${name}_count`, labels, numberText(count));
}

/**
 * In OpenMetrics the suffix belongs to the sample: the family of `a_total` is `a`, that of `target_info` is `target`.
 */
function familyName({ name, kind }: Family): string {
  if (kind === "counter") return name.replace(/(?<=.)_total$/, "");
  return kind === "info" ? name.replace(/_info$/, "") : name;
}

/** Gauges do not count, and an `unknown` may not say when it began. */
function hasStart(family: Family): boolean {
  return /^(counter|histogram)$/.test(openMetricsType(family));
}

function openMetricsType(family: Family): string {
  // The name of an instrument without a letter would be just "total", and a counter needs something before it.
  if (family.kind === "counter" && familyName(family) === family.name) return "unknown";
  return family.kind === "info" ? "info" : TYPES[family.kind];
}

function sample(name: string, labels: string, value: string): string {
  return labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`;
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return "";
  const { traceId, spanId, value, timestampSeconds } = exemplar;
  const labels = `trace_id="${escapeLabelValue(traceId)}",span_id="${escapeLabelValue(spanId)}"`;
  return ` # {${labels}} ${numberText(value)} ${numberText(timestampSeconds)}`;
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

/** A bound as OpenMetrics writes it. It is a label and therefore compared as text: `1.0`, `0.25`, `1e+06`. */
function canonicalText(bound: number): string {
  if (!Number.isFinite(bound)) return numberText(bound);
  const [digits = "", exponent = "0"] = bound.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return Number.isInteger(bound) ? `${bound}.0` : String(bound);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function escapeHelp(text: string, openMetrics: boolean): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return openMetrics ? escaped.replaceAll('"', '\\"') : escaped;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]\s*/g, " ");
}
