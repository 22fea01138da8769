// The back ends' own HTTP APIs, as far as the tests use them.
import { spansFromExport, type TraceExport } from "../support/otlp-spans.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { addressOf, getJson } from "./get.ts";
import { pause } from "./service.ts";

/** Longer than the 30 s that a Collector which is waiting for a back end may wait before its next attempt. */
const ARRIVES_WITHIN_MS = 45_000;
const ASK_EVERY_MS = 200;

/**
 * Asks again until it is so, and says what came last when it is not so in time. A server that has just come back may answer
 * with an error, so that counts as "not yet".
 */
export async function arrived<T>(
  ask: () => Promise<T>,
  isSo: (answer: T) => boolean,
  withinMs = ARRIVES_WITHIN_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const late = Date.now() > deadline;
    try {
      const answer = await ask();
      if (isSo(answer)) return answer;
      if (late) throw new Error(`not within ${withinMs} ms; the last answer: ${shown(answer)}`);
    } catch (error) {
      if (late) throw error;
    }
    await pause(ASK_EVERY_MS);
  }
}

/** A span has a bigint in it, which JSON does not know. */
function shown(answer: unknown): string {
  const text = JSON.stringify(answer, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  return (text ?? "nothing").slice(0, 4000);
}

/** The spans of one trace; none when Jaeger does not know it (yet). https://www.jaegertracing.io/docs/2.13/architecture/apis/ */
export async function traceInJaeger(base: string, traceId: string): Promise<SeenSpan[]> {
  const answer = await getJson<{ result: TraceExport }>(addressOf(base, `/api/v3/traces/${traceId}`));
  return answer === undefined ? [] : spansFromExport(answer.result);
}

/** The spans of a service's traces, whole traces, of the last hour. */
export async function spansInJaeger(base: string, service: string, traces = 1000): Promise<SeenSpan[]> {
  const now = Date.now();
  const answer = await getJson<{ result: TraceExport }>(
    addressOf(base, "/api/v3/traces", {
      "query.service_name": service,
      "query.start_time_min": new Date(now - 3_600_000).toISOString(),
      "query.start_time_max": new Date(now + 60_000).toISOString(),
      "query.search_depth": String(traces), // before 2.14 under this name
      "query.num_traces": String(traces),
    }),
  );
  return answer === undefined ? [] : spansFromExport(answer.result);
}

export async function servicesInJaeger(base: string): Promise<string[]> {
  const answer = await getJson<{ services: string[] }>(addressOf(base, "/api/v3/services"));
  return (answer?.services ?? []).toSorted();
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface PrometheusAnswer<T> {
  readonly data: T;
}

/** What the query gives now, or at another time. https://prometheus.io/docs/prometheus/latest/querying/api/ */
export async function queryPrometheus(base: string, query: string, at?: number): Promise<Series[]> {
  const answer = await getJson<
    PrometheusAnswer<{ result: { metric: Record<string, string>; value: [number, string] }[] }>
  >(addressOf(base, "/api/v1/query", { query, ...(at !== undefined && { time: String(at) }) }));
  return (answer?.data.result ?? []).map(({ metric, value }) => ({
    labels: metric,
    value: Number(value[1]),
  }));
}

/** What the query gave in each second of the last five minutes, of the first series. */
export async function historyInPrometheus(
  base: string,
  query: string,
): Promise<{ at: number; value: number }[]> {
  const now = Math.ceil(Date.now() / 1000);
  const range = { query, start: String(now - 300), end: String(now), step: "1" };
  const answer = await getJson<PrometheusAnswer<{ result: { values: [number, string][] }[] }>>(
    addressOf(base, "/api/v1/query_range", range),
  );
  return (answer?.data.result[0]?.values ?? []).map(([at, value]) => ({ at, value: Number(value) }));
}

/** Each sample of one series in the last ten minutes. */
export async function samplesInPrometheus(base: string, selector: string): Promise<number[]> {
  const answer = await getJson<PrometheusAnswer<{ result: { values: [number, string][] }[] }>>(
    addressOf(base, "/api/v1/query", { query: `${selector}[10m]` }),
  );
  return (answer?.data.result[0]?.values ?? []).map(([, value]) => Number(value));
}

export interface Exemplar {
  readonly series: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export async function exemplarsInPrometheus(base: string, query: string): Promise<Exemplar[]> {
  const now = Date.now() / 1000;
  const answer = await getJson<
    PrometheusAnswer<
      { seriesLabels: Record<string, string>; exemplars: { labels: Record<string, string> }[] }[]
    >
  >(addressOf(base, "/api/v1/query_exemplars", { query, start: String(now - 3600), end: String(now + 60) }));
  return (answer?.data ?? []).flatMap(({ seriesLabels, exemplars }) =>
    exemplars.map(({ labels }) => ({ series: seriesLabels, labels })),
  );
}
