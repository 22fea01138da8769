// One interface for the two log stores: a test's question does not depend on the store's language.
import { addressOf, getJson, getText } from "./get.ts";

export type StoreName = "victorialogs" | "loki";

export interface Wanted {
  /** A regular expression for the whole name of the service. */
  readonly service: string;
  readonly trace?: string;
  /** A text that the line has in it. */
  readonly contains?: string;
  /** A regular expression for a part of the line. */
  readonly matches?: string;
}

export interface Line {
  /** Everything the store has beside the line, by the names of Loki and Prometheus: dots are underscores. */
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

const LAST_HOUR_MS = 3_600_000;
/** Clocks of two processes on one machine agree, but a record may be newer than the question. */
const AHEAD_MS = 60_000;

/** The lines of the last hour. */
export async function linesIn(
  store: { readonly store: StoreName; readonly url: string },
  wanted: Wanted,
  limit = 5000,
): Promise<Line[]> {
  return store.store === "loki"
    ? linesInLoki(store.url, wanted, limit)
    : linesInVictoria(store.url, wanted, limit);
}

/** How many lines there are, where they are too many to be listed. */
export async function countIn(
  store: { readonly store: StoreName; readonly url: string },
  wanted: Wanted,
): Promise<number> {
  return store.store === "loki" ? countInLoki(store.url, wanted) : countInVictoria(store.url, wanted);
}

/** https://grafana.com/docs/loki/latest/query/ */
function logQl({ service, trace, contains, matches }: Wanted): string {
  return [
    `{service_name=~"${service}"}`,
    trace && `| trace_id="${trace}"`,
    contains && `|= ${JSON.stringify(contains)}`,
    matches && `|~ ${JSON.stringify(matches)}`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** https://docs.victoriametrics.com/victorialogs/logsql/ */
function logsQl({ service, trace, contains, matches }: Wanted): string {
  return [
    `{service.name=~"${service}"}`,
    trace && `trace_id:="${trace}"`,
    contains && `_msg:~${JSON.stringify(contains.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))}`,
    matches && `_msg:~${JSON.stringify(matches)}`,
  ]
    .filter(Boolean)
    .join(" ");
}

async function linesInLoki(base: string, wanted: Wanted, limit: number): Promise<Line[]> {
  const now = Date.now();
  const answer = await getJson<{
    data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
  }>(
    addressOf(base, "/loki/api/v1/query_range", {
      query: logQl(wanted),
      start: `${now - LAST_HOUR_MS}000000`,
      end: `${now + AHEAD_MS}000000`,
      limit: String(limit),
    }),
  );
  return (answer?.data.result ?? []).flatMap(({ stream, values }) =>
    values.map(([, text]) => ({ labels: stream, text })),
  );
}

async function countInLoki(base: string, wanted: Wanted): Promise<number> {
  const query = `sum(count_over_time(${logQl(wanted)} [1h]))`;
  const answer = await getJson<{ data: { result: { value: [number, string] }[] } }>(
    addressOf(base, "/loki/api/v1/query", { query }),
  );
  return Number(answer?.data.result[0]?.value[1] ?? 0);
}

async function linesInVictoria(base: string, wanted: Wanted, limit: number): Promise<Line[]> {
  const rows = await victoria(base, logsQl(wanted), limit);
  return rows.map(({ _msg: text = "", ...fields }) => ({
    text,
    labels: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name.replaceAll(/\W/g, "_"), value]),
    ),
  }));
}

async function countInVictoria(base: string, wanted: Wanted): Promise<number> {
  const [row] = await victoria(base, `${logsQl(wanted)} | stats count() lines`, 1);
  return Number(row?.["lines"] ?? 0);
}

/** One JSON object a line. https://docs.victoriametrics.com/victorialogs/querying/#querying-logs */
async function victoria(base: string, query: string, limit: number): Promise<Record<string, string>[]> {
  const now = Date.now();
  const text = await getText(
    addressOf(base, "/select/logsql/query", {
      query,
      start: String((now - LAST_HOUR_MS) / 1000),
      end: String((now + AHEAD_MS) / 1000),
      limit: String(limit),
    }),
  );
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string>);
}
