// overlays/short-lived.yaml: the metrics of processes that come and go are one stream a service.
import { afterEach, describe, expect, it, onTestFailed } from "vitest";
import { pageOf } from "../support/page.ts";
import { arrived, queryPrometheus, samplesInPrometheus } from "./ask.ts";
import { startDeltas, type Deltas } from "./deltas.ts";
import { givenStack, NEEDS_SERVERS, programs } from "./given.ts";
import { post } from "./numbered.ts";
import { metricsOf, type Process } from "./processes.ts";
import { pause } from "./service.ts";
import { startStack, type Stack } from "./stack.ts";
import { startStdioServer } from "./stdio.ts";

const CONFIGS = ["gateway.yaml", "overlays/short-lived.yaml"];
const DELTA = { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" };
const AT_ONCE = 5;
const CALLS = 7;
const FAILED = 2;
/** `timeout` of the batch and `interval` of what comes last: so much is in memory only. */
const HELD_MS = 1200;
/** What a busy machine may add to that. */
const SLACK_MS = 1500;
const PHASE_MS = 4000;
/** Shorter than it is shipped, and four times as long as the interval of the processes that are measured while they live. */
const WINDOW_MS = 4000;
const ALIVE = { ...DELTA, OTEL_METRIC_EXPORT_INTERVAL: "1000" };
const LEAN = { OTEL_INSTRUMENTATION_MCP_METRICS: "semconv,guide" };

describe("metrics of short-lived processes", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const stack = givenStack({ configs: CONFIGS, env: { MCP_SHORT_LIVED_WINDOW: `${WINDOW_MS}ms` } });
  const query = (text: string) => queryPrometheus(stack().prometheus.url, text);
  const value = async (text: string) => (await query(text))[0]?.value ?? 0;

  /** So many stdio servers side by side, each of seven calls and two failures, each sending once: when it ends. */
  async function round(endpoint: string, service: string, env: Record<string, string>): Promise<void> {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const server = await startStdioServer(endpoint, service, env);
        await server.succeed(CALLS);
        await server.fail(FAILED);
        await server.end();
      }),
    );
  }
  const counted = (service: string) => value(`sum(mcp_tool_calls_total{job="${service}"})`);
  /** All that were ever made, of processes that are gone too. */
  const seriesOf = (service: string, selector = "") =>
    value(`count(last_over_time({job="${service}"${selector}}[1h]))`);
  /** After so many rounds of it, with what comes last: the gauges, when their window is over. */
  async function seriesAfter(rounds: number, service: string): Promise<number> {
    await arrived(
      () => counted(service),
      (sum) => sum === rounds * AT_ONCE * (CALLS + FAILED),
    );
    await pause(WINDOW_MS + SLACK_MS);
    return seriesOf(service);
  }

  it("add up exactly, in as many series as one process has", async () => {
    const service = "many";
    await round(stack().collector.http, service, DELTA);
    const once = await seriesAfter(1, service);

    await round(stack().collector.http, service, DELTA);

    const twice = await seriesAfter(2, service);
    const of = async (status: string, tool: string) =>
      (await query(`mcp_tool_calls_total{job="${service}",status="${status}",tool_name="${tool}"}`)).map(
        (series) => series.value,
      );
    expect(await of("success", "forecast")).toEqual([2 * AT_ONCE * CALLS]);
    expect(await of("error", "storm_warning")).toEqual([2 * AT_ONCE * FAILED]);
    expect(await value(`mcp_tool_call_duration_seconds_count{job="${service}",tool_name="forecast"}`)).toBe(
      2 * AT_ONCE * CALLS,
    );
    const increase = await value(`sum(increase(mcp_tool_calls_total{job="${service}"}[10m]))`);
    expect(increase).toBeGreaterThanOrEqual(2 * AT_ONCE * (CALLS + FAILED));
    expect(twice).toBe(once);
    for (const label of ["instance", "service_instance_id", "host_name", "process_pid", "mcp_short_lived"])
      expect(await seriesOf(service, `,${label}!=""`), label).toBe(0);
    const discarded = pageOf(await (await fetch(stack().collector.telemetry)).text())
      .samples("otelcol_deltatocumulative_datapoints_total")
      .filter(({ labels }) => "error" in labels);
    expect(discarded).toEqual([]);
    console.info(
      `${2 * AT_ONCE} processes: ${twice} series; increase ${increase.toFixed(2)} of ${2 * AT_ONCE * (CALLS + FAILED)}`,
    );
  });

  it.each([
    { service: "fifty", env: {} },
    { service: "fifty-lean", env: LEAN },
  ])(
    "of 50 processes are as many series as those of 10 ($service)",
    { tags: ["long"], timeout: 600_000 },
    async ({ service, env }) => {
      const rounds = async (from: number, to: number): Promise<number> => {
        for (let n = from; n < to; n += 1) await round(stack().collector.http, service, { ...DELTA, ...env });
        return seriesAfter(to, service);
      };

      const ten = await rounds(0, 2);
      const fifty = await rounds(2, 10);

      expect(fifty).toBe(ten);
      console.info(
        `${service}: ${ten} series after ${2 * AT_ONCE} processes, ${fifty} after ${10 * AT_ONCE}`,
      );
    },
  );

  it("say how many sessions there are now, also when a process was killed", async () => {
    const service = "now";
    const endpoint = stack().collector.http;
    const sessions = `mcp_active_sessions{job="${service}"}`;
    const servers = await Promise.all(
      Array.from({ length: 3 }, () => startStdioServer(endpoint, service, ALIVE)),
    );
    await arrived(
      () => value(sessions),
      (sum) => sum === servers.length,
    );
    const resident = `process_resident_memory_bytes{job="${service}"}`;
    const [largest] = await query(resident);

    await servers[0]?.kill();

    await arrived(
      () => value(sessions),
      (sum) => sum === servers.length - 1,
    );
    await Promise.all(servers.slice(1).map((server) => server.end()));
    await arrived(
      () => value(sessions),
      (sum) => sum === 0,
    );
    // They were idle: what told that they send deltas was there all the same.
    expect(await seriesOf(service, ',instance!=""')).toBe(0);
    expect(await seriesOf(service, ',__name__="process_resident_memory_bytes"')).toBe(1);
    expect(largest?.value).toBeGreaterThan(10_000_000);
  });

  it("are one value a service: a sum of what can be added up, the worst of the rest", async () => {
    const processes: Process[] = [
      { service: "mixed", instance: "a", team: "red", version: "1.0.0", value: 10, counted: 1 },
      { service: "mixed", instance: "b", team: "blue", version: "1.1.0", value: 30, counted: 2 },
      // This one sends no deltas, and is none of the others' business.
      { service: "mixed", instance: "c", team: "red", version: "1.0.0", value: 500 },
    ];
    // All of them in the same window, and in more than one.
    const until = Date.now() + 2 * WINDOW_MS;
    let times = 0;
    for (; Date.now() < until; times += 1) {
      await Promise.all(processes.map((one) => post(`${stack().collector.http}/v1/metrics`, metricsOf(one))));
      await pause(WINDOW_MS / 8);
    }

    await arrived(
      () => value('sum(counted_total{job="mixed"})'),
      (sum) => sum === 3 * times,
    );
    const now = async (name: string) =>
      (await query(`${name}{job="mixed"}`))
        .map(({ labels, value: each }) => [labels["instance"] ?? "", each] as const)
        .toSorted(([a], [b]) => a.localeCompare(b));
    expect({
      counter: await now("counted_total"),
      upDownCounter: await now("open_things"),
      ofTheProcess: await now("process_memory_usage"),
      gauge: await now("age"),
      remaining: await now("quota_remaining"),
    }).toEqual({
      counter: [["", 3 * times]],
      upDownCounter: [
        ["", 40],
        ["c", 500],
      ],
      ofTheProcess: [
        ["", 30],
        ["c", 500],
      ],
      gauge: [
        ["", 30],
        ["c", 500],
      ],
      remaining: [
        ["", 10],
        ["c", 500],
      ],
    });
  });

  it("leave those of other processes alone, with their instance", { tags: ["long"] }, async () => {
    const service = "long";
    await round(stack().collector.http, service, {});

    const series = await arrived(
      () => query(`sum by (instance) (mcp_tool_calls_total{job="${service}"})`),
      ({ length }) => length === AT_ONCE,
    );

    expect(series.map((one) => one.value)).toEqual(Array<number>(AT_ONCE).fill(CALLS + FAILED));
    expect(series.every(({ labels }) => labels["instance"] !== undefined)).toBe(true);
    console.info(`without deltas: ${(await seriesOf(service)) / AT_ONCE} series a process`);
  });
});

describe("deltas, when the Collector ends", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  let stack: Stack | undefined;
  let source: Deltas | undefined;
  afterEach(async () => {
    await source?.stop();
    await stack?.stop();
  });

  it("are all there when it was told to end", { tags: ["long"] }, async () => {
    const { lost } = await through("SIGTERM");

    expect(lost).toBe(0);
  });

  it("lack what was in memory when it was killed, and no more", async () => {
    const { lost, mayLack, extra } = await through("SIGKILL");

    expect(lost).toBeLessThanOrEqual(mayLack);
    expect(lost).toBeGreaterThanOrEqual(-extra); // what was taken by a Collector that could not say so any more comes again
  });

  async function through(signal: NodeJS.Signals) {
    stack = await startStack(programs(), { configs: CONFIGS });
    const { collector, prometheus } = stack;
    onTestFailed(() => console.error(stack?.complaints()));
    source = startDeltas(collector.http, "deltas");
    await pause(PHASE_MS);

    const ended = Date.now();
    await collector.stop(signal);
    await collector.start();
    // Longer than before, so that the new sum passes the old one: only its start time tells that it is another.
    await pause(2 * PHASE_MS);
    await source.stop();

    const sent = source.counted();
    const inPrometheus = async () => grown(await samplesInPrometheus(prometheus.url, "deltas_total"));
    // What is sent last is there after what is held is let go; then nothing comes any more.
    await pause(HELD_MS + SLACK_MS);
    let before = -1;
    const arrivedThere = await arrived(inPrometheus, (now) => {
      const settled = now === before;
      before = now;
      return settled;
    });
    const [increase] = await queryPrometheus(prometheus.url, "increase(deltas_total[10m])");
    const result = {
      lost: sent - arrivedThere,
      mayLack: source.counted({ ms: HELD_MS + SLACK_MS, before: ended }),
      extra: 10,
    };
    console.info(
      `${signal}: ${sent} sent, ${result.lost} lost; in memory at most ${source.counted({ ms: HELD_MS, before: ended })}; increase ${increase?.value.toFixed(1)}`,
    );
    return result;
  }
});

/** What a counter grew by, from zero on; a smaller sample is a new beginning. */
function grown(samples: readonly number[]): number {
  return samples.reduce(
    ([sum, last], sample) => [sum + (sample < last ? sample : sample - last), sample] as const,
    [0, 0] as readonly [number, number],
  )[0];
}
