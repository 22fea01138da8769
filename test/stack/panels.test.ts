// The panels of the dashboards, by their own queries, on traffic of long, short and killed processes and of clients: each value is
// what the driver knows it did.
import { beforeAll, describe, expect, it } from "vitest";
import { dashboards } from "../collector/dashboards.ts";
import { ask, labelValues, type Answered } from "../preview/answers.ts";
import { fillerFor } from "../preview/variables.ts";
import { cast, type Cast } from "./alerts/troubled.ts";
import { arrived, queryPrometheus } from "./ask.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { DID, INTERVAL_S, panelCases, type PanelCase } from "./panels.ts";
import { pause } from "./service.ts";
import { startStdioServer } from "./stdio.ts";

const NAMES = panelCases(0, 0).map(({ panel, query, chosen }) => ({
  name: `${panel} ${query}, ${Object.values(chosen).join(" ")}`,
}));

describe("panels", { ...NEEDS_SERVERS, timeout: 120_000, tags: ["long"] }, () => {
  const stack = givenStack();
  let longestMs = 0;
  const began = Date.now() / 1000;
  const answers = new Map<string, readonly Answered[]>();

  beforeAll(async () => {
    const servers = cast(stack().collector.http);
    longestMs = await traffic(servers, stack().collector.http, stack().prometheus.url);
    console.info(`the longest call took ${Math.round(longestMs)} ms`);
    return () => servers.stop();
  }, 120_000);

  /** All panels of the dashboard with these values of its variables; asked once. */
  async function answered({ panel, chosen }: PanelCase): Promise<Answered | undefined> {
    const [uid = "", title] = panel.split(": ", 2);
    const dashboard = dashboards.find((one) => one.uid === uid);
    if (dashboard === undefined) return undefined;
    const key = JSON.stringify([uid, chosen]);
    const to = Date.now() / 1000;
    const times = { from: began, to, step: 5, rateInterval: `${INTERVAL_S}s` };
    const sources = { metrics: stack().prometheus.url, logs: undefined };
    const { fill } = await fillerFor(dashboard, times, chosen, (selector, label) =>
      labelValues(sources.metrics, selector, label),
    );
    const all = answers.get(key) ?? (await ask(dashboard, times, fill, sources));
    answers.set(key, all);
    return all.find((one) => one.panel.title === title);
  }

  it.each(NAMES)("$name", async ({ name }) => {
    const cases = panelCases(longestMs, Date.now() / 1000 - began + 1);
    const row = cases[NAMES.findIndex((one) => one.name === name)] as PanelCase;

    const seriesNow = async () =>
      (await answered(row))?.answers.find(({ refId }) => refId === row.query)?.series ?? [];
    let series = await seriesNow();
    // A rate needs two samples, and a recorded one an evaluation more: on a fast machine they are still to come.
    for (let tries = 0; series.length === 0 && Object.keys(row.shows).length > 0 && tries < 6; tries += 1) {
      await pause(10_000);
      answers.clear();
      series = await seriesNow();
    }

    const values = Object.fromEntries(
      series
        .filter(({ points }) => points.length > 0)
        .map(({ labels, points }) => [
          row.by === undefined ? "" : (labels[row.by] ?? ""),
          (points.at(-1)?.[1] ?? Number.NaN) * (row.times ?? 1),
        ]),
    );
    console.info(`${name}: ${JSON.stringify(values)}`);
    expect(wrong(values, row.shows)).toEqual([]);
  });
});

function wrong(values: Readonly<Record<string, number>>, shows: PanelCase["shows"]): string[] {
  return [...new Set([...Object.keys(values), ...Object.keys(shows)])].flatMap((name) => {
    const value = values[name];
    const [least, most] = shows[name] ?? [0, 0]; // a tool that is there counts from zero on
    return value !== undefined && value >= least && value <= most
      ? []
      : [`${name || "it"}: ${value} is not from ${least} to ${most}`];
  });
}

/** The longest call that a client of this process waited for, in milliseconds. */
async function traffic(servers: Cast, endpoint: string, prometheus: string): Promise<number> {
  const steady = await servers.server("steady");
  const tired = await servers.server("tired");
  const users = await Promise.all(
    Array.from({ length: DID.open + DID.ended }, () => servers.user(steady.url)),
  );
  const [user, ...others] = users;
  let longest = 0;
  const timed = async (act: Promise<void> | undefined): Promise<void> => {
    const start = performance.now();
    await act;
    longest = Math.max(longest, performance.now() - start);
  };
  for (let n = 0; n < DID.wait; n += 1) await timed(user?.call("wait", 1, { ms: DID.waitMs }));
  await user?.call("work", DID.work);
  await user?.call("fail", DID.fail);
  await user?.call("answer", DID.answer, { bytes: DID.bytes });
  await Promise.all([
    servers.visitor("visitor", steady.url, DID.visited, DID.waitMs, 60_000),
    servers.visitor("impatient", tired.url, DID.timedOut, 1500, 100),
  ]);
  for (const one of others.slice(0, DID.ended)) {
    await one.end();
    await one.close();
  }
  for (let n = 0; n < DID.brief; n += 1) {
    const server = await startStdioServer(endpoint, "brief");
    await server.succeed(DID.briefCalls);
    await server.end();
  }
  const killed = await servers.server("killed");
  const last = await servers.user(killed.url);
  await last.call("work", DID.killed.work);
  await last.call("fail", DID.killed.fail);
  await arrived(
    async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await queryPrometheus(prometheus, COUNTED)).map(({ labels, value }): [string, number] => [
          labels["job"] ?? "",
          value,
        ]),
      ),
    (sums) =>
      sums["killed"] === DID.killed.work + DID.killed.fail &&
      sums["brief"] === DID.brief * DID.briefCalls &&
      sums["visitor"] === DID.visited &&
      sums["impatient"] === DID.timedOut,
  );
  await arrived(
    () => queryPrometheus(prometheus, 'sum(mcp_active_sessions{job="steady"})'),
    ([sum]) => sum?.value === DID.open + 1,
  );
  await killed.told.stop("SIGKILL");
  return longest;
}

const COUNTED =
  'sum by (job) (mcp_tool_calls_total) or sum by (job) (mcp_client_operation_duration_seconds_count{mcp_method_name="tools/call"})';
