// The guide's queries and our dashboards' on traffic of short, long and killed processes: each value is what the driver knows it did.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { dashboards, panelsOf } from "../collector/dashboards.ts";
import { ask, labelValues, type Answered } from "../preview/answers.ts";
import { fillerFor } from "../preview/variables.ts";
import { arrived, queryPrometheus } from "./ask.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { startStdioServer } from "./stdio.ts";

const SOON = { OTEL_METRIC_EXPORT_INTERVAL: "1000" };
const BRIEF = 5;
const CALLS = 7;
/** What each service did. */
const DID = {
  brief: { forecast: BRIEF * CALLS, storm_warning: 0 },
  steady: { forecast: 40, storm_warning: 10 },
  killed: { forecast: 5, storm_warning: 1 },
} as const;
const ALL = { forecast: 80, storm_warning: 11 };
/**
 * Beyond the last of two samples Prometheus goes on for at most 1.1 of their distance, and before the first one to zero: at most 2.1 times
 * what was counted. https://github.com/prometheus/prometheus/blob/main/promql/functions.go (`extrapolatedRate`)
 */
const EXTRAPOLATED = 2.1;

describe("the questions of guide and dashboards", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const stack = givenStack({ rules: (text) => text });
  const query = (text: string) => queryPrometheus(stack().prometheus.url, text);
  /** Value by label. */
  const by = async (label: string, text: string): Promise<Record<string, number>> =>
    Object.fromEntries((await query(text)).map(({ labels, value }) => [labels[label] ?? "", value]));
  let began = 0;

  beforeAll(async () => {
    began = Date.now() / 1000;
    const endpoint = stack().collector.http;
    const steady = await startStdioServer(endpoint, "steady", SOON);
    await steady.succeed(DID.steady.forecast);
    await steady.fail(DID.steady.storm_warning);
    for (let n = 0; n < BRIEF; n += 1) {
      const server = await startStdioServer(endpoint, "brief");
      await server.succeed(CALLS);
      await server.end();
    }
    const killed = await startStdioServer(endpoint, "killed", SOON);
    await killed.succeed(DID.killed.forecast);
    await killed.fail(DID.killed.storm_warning);
    await arrived(
      () => by("job", "sum by (job) (mcp_tool_calls_total)"),
      (sums) => sums["killed"] === 6 && sums["steady"] === 50 && sums["brief"] === 35,
    );
    await killed.kill();
    return () => steady.end();
  }, 60_000);

  /** What is not what was done, or what an extrapolation may make of it. */
  function wrong(found: Readonly<Record<string, number>>, did: Readonly<Record<string, number>>): string[] {
    return [...new Set([...Object.keys(found), ...Object.keys(did)])]
      .map((name) => ({ name, is: found[name] ?? Number.NaN, was: did[name] ?? Number.NaN }))
      .filter(({ is, was }) => !(is >= was - 1e-6 && is <= was * EXTRAPOLATED))
      .map(({ name, is, was }) => `${name}: ${is} of ${was}`);
  }

  describe("the guide", () => {
    const [
      rate = "",
      p50 = "",
      p95 = "",
      p99 = "",
      errors = "",
      sessions = "",
      memory = "",
      day = "",
      ofServer = "",
      peak = "",
      session = "",
      prediction = "",
      eachRate = "",
      eachP95 = "",
    ] = readFileSync(new URL("../collector/guide/queries.txt", import.meta.url), "utf8")
      .split("\n\n")
      .slice(1)
      .map((text) => text.trim());

    it("knows how often each tool was called", async () => {
      expect(wrong(await by("tool_name", `300 * ${rate}`), ALL)).toEqual([]);
      const tools = await query(day);
      const told = (status: string) =>
        Object.fromEntries(
          tools
            .filter(({ labels }) => labels["status"] === status)
            .map(({ labels, value }) => [labels["tool_name"] ?? "", value]),
        );
      expect(wrong(told("success"), { forecast: 80, storm_warning: 0 })).toEqual([]);
      expect(wrong(told("error"), { forecast: 0, storm_warning: 11 })).toEqual([]);
    });

    it("knows the share of errors", async () => {
      const share = await by("tool_name", errors);
      expect(share).toEqual({ forecast: 0, storm_warning: expect.closeTo(100, 6) as number });
    });

    it("knows one server from another", async () => {
      expect(
        wrong(await by("tool_name", `300 * ${ofServer.replace("$server", "steady")}`), DID.steady),
      ).toEqual([]);
    });

    it("knows latencies, of which each is at least as long as the one before", async () => {
      const [half, most, nearly] = await Promise.all([p50, p95, p99].map((text) => by("tool_name", text)));
      for (const tool of Object.keys(ALL)) {
        const took = [half, most, nearly].map((of) => of?.[tool] ?? Number.NaN);
        expect(took).toEqual(took.toSorted((a, b) => a - b));
        expect(took[0]).toBeGreaterThan(0);
        expect(took[2]).toBeLessThan(10);
      }
    });

    it("knows sessions and memory of what is there", async () => {
      const open = await by("job", sessions);
      expect(open["steady"]).toBe(1);
      expect(open["brief"] ?? 0).toBe(0);
      for (const megabytes of (await query(memory)).map(({ value }) => value)) {
        expect(megabytes).toBeGreaterThan(10);
        expect(megabytes).toBeLessThan(2000);
      }
    });

    it("knows the same for each series", async () => {
      const rates = await query(`300 * ${eachRate}`);
      const of = (job: string) =>
        rates.filter(({ labels }) => labels["job"] === job).reduce((sum, { value }) => sum + value, 0);
      expect(
        wrong(
          { brief: of("brief"), steady: of("steady"), killed: of("killed") },
          { brief: 35, steady: 50, killed: 6 },
        ),
      ).toEqual([]);
      const p95s = (await query(eachP95)).filter(({ value }) => !Number.isNaN(value));
      expect(new Set(p95s.map(({ labels }) => labels["job"]))).toEqual(
        new Set(["brief", "steady", "killed"]),
      );
      for (const { value } of p95s) expect(value).toBeLessThan(10);
    });

    it("knows how long sessions are, of those that ended", async () => {
      const lasted = (await query(session)).filter(({ value }) => !Number.isNaN(value));
      expect(new Set(lasted.map(({ labels }) => labels["job"]))).toEqual(new Set(["brief"]));
      for (const { value } of lasted) expect(value).toBeLessThan(60);
    });

    it("plans: the busiest time, and the memory of tomorrow", async () => {
      // Its steps are the full five minutes, so it is asked at the next of them; one may have come in the middle of the calls.
      const at = Math.ceil(Date.now() / 300_000) * 300;
      const [busiest] = await queryPrometheus(stack().prometheus.url, peak, at);
      const calls = 300 * (busiest?.value ?? Number.NaN);
      expect(calls).toBeGreaterThan(91 / 2 - 1);
      expect(calls).toBeLessThan(91 * EXTRAPOLATED);
      const tomorrow = await query(prediction);
      expect(tomorrow.map(({ labels }) => labels["job"])).toContain("steady");
      for (const { value } of tomorrow) expect(value).not.toBeNaN();
    });
  });

  describe("the dashboards", () => {
    let answers: ReadonlyMap<string, Answered>;
    beforeAll(async () => {
      const to = Date.now() / 1000;
      const times = { from: began, to, step: 5 };
      const sources = { metrics: stack().prometheus.url, logs: undefined };
      const all: [string, Answered][] = [];
      for (const dashboard of dashboards) {
        const { fill } = await fillerFor(dashboard, times, {}, (selector, label) =>
          labelValues(sources.metrics, selector, label),
        );
        for (const one of await ask(dashboard, times, fill, sources))
          all.push([`${dashboard.uid}: ${one.panel.title}`, one]);
      }
      answers = new Map(all);
    });
    const column = (panel: string, index: number, label: string): Record<string, number> =>
      Object.fromEntries(
        (answers.get(panel)?.answers[index]?.series ?? []).map(({ labels, points }) => [
          labels[label] ?? "",
          points.at(-1)?.[1] ?? Number.NaN,
        ]),
      );

    it("have no panel that Prometheus refuses to answer", () => {
      expect(answers.size).toBe(
        new Set(dashboards.flatMap((one) => panelsOf(one).map(({ title }) => `${one.uid}: ${title}`))).size,
      );
    });

    it("break calls down by tool", () => {
      const panel = "mcp-overview: Tool call breakdown, last 24 hours";
      expect(wrong(column(panel, 0, "tool_name"), ALL)).toEqual([]);
      expect(wrong(column(panel, 1, "tool_name"), { forecast: 80, storm_warning: 0 })).toEqual([]);
      expect(wrong(column(panel, 2, "tool_name"), { forecast: 0, storm_warning: 11 })).toEqual([]);
      const share = column(panel, 3, "tool_name");
      expect(share).toEqual({ forecast: 0, storm_warning: expect.closeTo(100, 6) as number });
    });

    it("break calls down by server", () => {
      const panel = "mcp-overview: Servers";
      expect(wrong(column(panel, 1, "job"), { brief: 35, steady: 50, killed: 6 })).toEqual([]);
      const failed = column(panel, 2, "job");
      expect(failed["brief"]).toBe(0);
      expect(failed["steady"]).toBeCloseTo(20, 0);
      expect(failed["killed"]).toBeCloseTo(100 / 6, 0);
    });
  });
});
