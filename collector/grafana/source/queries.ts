// Parts of which the queries are made. Panels query the raw metrics, so that they work without a rule file.

/** What the selectors at the top of a dashboard choose. With *All*, Grafana writes the names of all MCP servers here. */
export const SERVER = 'job=~"$server", instance=~"$instance"';
export const CLIENT = 'job=~"$client", instance=~"$instance"';
export const TOOL = `${SERVER}, tool_name=~"$tool"`;

/** Four times the interval at which samples arrive, or the distance of two points. */
export const WINDOW = "$__rate_interval";

/** A counter's increase in a second, summed by these labels. */
export function ratePerSecond(by: string, counter: string, selector: string): string {
  return `${sumBy(by)}(rate(${counter}{${selector}}[${WINDOW}]))`;
}

/** A percentile of a classic histogram, in the time before each point. */
export function percentile(p: number, by: string, histogram: string, selector: string): string {
  const labels = by === "" ? "le" : `le, ${by}`;
  return `histogram_quantile(${p}, sum by (${labels}) (rate(${histogram}_bucket{${selector}}[${WINDOW}])))`;
}

/** Half, nearly all and all but one in a hundred, a line each. */
export function percentiles(
  histogram: string,
  selector: string,
): { readonly expr: string; readonly legend: string }[] {
  return [0.5, 0.95, 0.99].map((p) => ({
    expr: percentile(p, "", histogram, selector),
    legend: `p${p * 100}`,
  }));
}

/** A share in percent. Where nothing of the part was counted but something of the whole, it is 0 and not nothing. */
export function percentOf(part: string, whole: string): string {
  return `100 * (${part} or 0 * ${whole}) / ${whole}`;
}

/**
 * Of many series the few that matter. The ranking looks at the whole time range once (`@ end()`), or else each point
 * would have a top of its own and the panel more lines than it can name.
 */
export function onlyTop(limit: string, label: string, series: string, ranking: string): string {
  return `${series} and on (${label}) topk(${limit}, ${ranking})`;
}

/** The query of a panel with one line for each of the few, named by the label. */
export function topBy(
  label: string,
  series: string,
  ranking: string,
): { readonly expr: string; readonly legend: string } {
  return { expr: onlyTop("$top", label, series, ranking), legend: `{{${label}}}` };
}

/** How much a counter rose in the whole time range, for rankings and tables. */
export function increaseInRange(by: string, counter: string, selector: string): string {
  return `${sumBy(by)}(increase(${counter}{${selector}}[$__range] @ end()))`;
}

/** A percentile over the whole time range, for rankings and tables. */
export function percentileInRange(p: number, by: string, histogram: string, selector: string): string {
  return `histogram_quantile(${p}, sum by (le, ${by}) (increase(${histogram}_bucket{${selector}}[$__range] @ end())))`;
}

function sumBy(labels: string): string {
  return labels === "" ? "sum" : `sum by (${labels}) `;
}
