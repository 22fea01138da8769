// Runs each panel's queries as Grafana does: over the time range, now, or for log lines.
import { panelsOf, type Dashboard, type Panel, type Target } from "../collector/dashboards.ts";
import type { Fill, Times } from "./variables.ts";

export interface Series {
  readonly legend: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds, value. NaN is no point. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Answer {
  readonly refId: string;
  readonly series: readonly Series[];
  readonly exemplars: readonly (readonly [number, number])[];
}

export interface LogLine {
  readonly milliseconds: number;
  readonly level: string;
  readonly text: string;
}

export interface Answered {
  readonly panel: Panel;
  readonly answers: readonly Answer[];
  readonly lines: readonly LogLine[];
  /** Why there is nothing, where that is known. */
  readonly silent?: string;
}

export interface Sources {
  readonly metrics: string;
  readonly logs: string | undefined;
}

export function hasData({ answers, lines }: Answered): boolean {
  return lines.length > 0 || answers.some(({ series }) => series.some(({ points }) => points.length > 0));
}

export async function ask(
  dashboard: Dashboard,
  times: Times,
  fill: Fill,
  sources: Sources,
): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (const panel of panelsOf(dashboard)) {
    const targets = panel.targets ?? [];
    if (panel.type === "logs") {
      const [target] = targets;
      const lines =
        sources.logs === undefined || target === undefined
          ? []
          : await logLines(sources.logs, fill(target.expr), times);
      answered.push({
        panel,
        answers: [],
        lines,
        ...(sources.logs === undefined && { silent: "there is no Loki here" }),
      });
      continue;
    }
    const answers: Answer[] = [];
    for (const target of targets) answers.push(await answer(target, times, fill, sources.metrics));
    answered.push({ panel, answers, lines: [] });
  }
  return answered;
}

export async function labelValues(
  metrics: string,
  selector: string,
  label: string,
): Promise<readonly string[]> {
  const { data } = await get<{ data: string[] }>(metrics, `/api/v1/label/${label}/values`, {
    "match[]": selector,
  });
  return data;
}

interface Sample {
  readonly metric: Record<string, string>;
  readonly values?: readonly (readonly [number, string])[];
  readonly value?: readonly [number, string];
}

async function answer(target: Target, times: Times, fill: Fill, metrics: string): Promise<Answer> {
  const query = fill(target.expr);
  const over = { start: String(times.from), end: String(times.to) };
  const { data } = await get<{ data: { result: Sample[] } }>(
    metrics,
    target.instant === true ? "/api/v1/query" : "/api/v1/query_range",
    target.instant === true
      ? { query, time: String(times.to) }
      : { query, ...over, step: String(times.step) },
  );
  const series = data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
    legend: legendOf(target.legendFormat ?? "", metric),
    labels: metric,
    points: values
      .map(([at, text]) => [at, Number(text)] as const)
      .filter(([, number]) => !Number.isNaN(number)),
  }));
  return {
    refId: target.refId,
    series,
    exemplars: target.exemplar === true ? await exemplars(metrics, query, over) : [],
  };
}

async function exemplars(
  metrics: string,
  query: string,
  over: Record<string, string>,
): Promise<(readonly [number, number])[]> {
  const { data } = await get<{ data: { exemplars: { timestamp: number; value: string }[] }[] }>(
    metrics,
    "/api/v1/query_exemplars",
    { query, ...over },
  );
  return data.flatMap((one) =>
    one.exemplars.map(({ timestamp, value }) => [timestamp, Number(value)] as const),
  );
}

async function logLines(logs: string, query: string, times: Times): Promise<LogLine[]> {
  const { data } = await get<{
    data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
  }>(logs, "/loki/api/v1/query_range", {
    query,
    start: String(Math.round(times.from * 1e9)),
    end: String(Math.round(times.to * 1e9)),
    limit: "40",
  });
  return data.result
    .flatMap(({ stream, values }) =>
      values.map(([nanoseconds, text]) => ({
        milliseconds: Number(nanoseconds) / 1e6,
        level: stream["severity_text"] ?? "",
        text: `${text}  ${[stream["service_name"], stream["gen_ai_tool_name"], stream["error_type"]].filter(Boolean).join(" ")}`,
      })),
    )
    .toSorted((a, b) => b.milliseconds - a.milliseconds);
}

function legendOf(format: string, labels: Readonly<Record<string, string>>): string {
  return format.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? "").trim();
}

async function get<Json>(base: string, path: string, query: Record<string, string>): Promise<Json> {
  const response = await fetch(`${base}${path}`, { method: "POST", body: new URLSearchParams(query) }).then(
    (posted) =>
      // Loki's and Prometheus's labels endpoints take GET only.
      posted.status === 405 ? fetch(`${base}${path}?${new URLSearchParams(query).toString()}`) : posted,
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}\n${JSON.stringify(query)}`);
  return JSON.parse(text) as Json;
}
