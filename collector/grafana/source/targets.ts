// Queries as panels hold them.
import { DataqueryBuilder as LokiBuilder } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { LOGS, METRICS } from "./data-sources.ts";

export interface Query {
  readonly expr: string;
  /** What a line is called: text with `{{label}}`. In a table, the head of the column. */
  readonly legend: string;
  /** Show the traces behind the histogram's buckets as points. */
  readonly exemplars?: boolean;
}

/** Over the time range, a line for each series. */
export function lines(queries: readonly Query[]): DataqueryBuilder[] {
  return queries.map(({ expr, legend, exemplars = false }, at) =>
    metric(expr, at).legendFormat(legend).range().exemplar(exemplars),
  );
}

/** Now, or what the query itself says of the time range. */
export function values(queries: readonly Query[]): DataqueryBuilder[] {
  return queries.map(({ expr, legend }, at) => metric(expr, at).legendFormat(legend).instant());
}

/** Now, a row for each series. */
export function rows(queries: readonly Query[]): DataqueryBuilder[] {
  return queries.map(({ expr }, at) => metric(expr, at).format(PromQueryFormat.Table).instant());
}

/** Over the time range, the buckets of one histogram. */
export function buckets(expr: string): DataqueryBuilder[] {
  return [metric(expr, 0).legendFormat("{{le}}").format(PromQueryFormat.Heatmap).range()];
}

export function logLines(expr: string): LokiBuilder[] {
  return [new LokiBuilder().refId("A").datasource(LOGS).expr(expr).queryType("range").maxLines(200)];
}

export function refId(at: number): string {
  return String.fromCodePoint(65 + at);
}

function metric(expr: string, at: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(at)).datasource(METRICS).expr(expr);
}
