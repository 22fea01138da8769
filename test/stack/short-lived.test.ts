// overlays/short-lived.yaml: the counts of processes that come and go are one stream a service.
import { afterEach, describe, expect, it, onTestFailed } from "vitest";
import { pageOf } from "../support/page.ts";
import { arrived, queryPrometheus, samplesInPrometheus } from "./ask.ts";
import { startDeltas, type Deltas } from "./deltas.ts";
import { givenStack, NEEDS_SERVERS, programs } from "./given.ts";
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

describe("metrics of short-lived processes", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const stack = givenStack({ configs: CONFIGS });
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
  const seriesOf = (service: string) => value(`count({job="${service}",__name__!="target_info"})`);

  it("add up exactly, in as many series as one process has", async () => {
    const service = "many";
    const selected = `job="${service}",instance!="",__name__!="target_info"`;
    await round(stack().collector.http, service, DELTA);
    await arrived(
      () => counted(service),
      (sum) => sum === AT_ONCE * (CALLS + FAILED),
    );
    const shared = `count({job="${service}",instance="",__name__=~"mcp_.*"})`;
    const once = await value(shared);

    await round(stack().collector.http, service, DELTA);

    await arrived(
      () => counted(service),
      (sum) => sum === 2 * AT_ONCE * (CALLS + FAILED),
    );
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
    expect(await value(shared)).toBe(once);
    // Up-down counters and gauges have no deltas: those keep their instance, and are all that grows.
    const apart = await query(
      `count by (metric) (label_replace({${selected}}, "metric", "$1", "__name__", "(.*)"))`,
    );
    expect(apart.filter(({ labels }) => /_(total|bucket|sum)$/.test(labels["metric"] ?? ""))).toEqual([]);
    const discarded = pageOf(await (await fetch(stack().collector.telemetry)).text())
      .samples("otelcol_deltatocumulative_datapoints_total")
      .filter(({ labels }) => "error" in labels);
    expect(discarded).toEqual([]);
    const kept = apart.reduce((sum, { value: each }) => sum + each, 0);
    console.info(
      `${2 * AT_ONCE} processes: ${(await seriesOf(service)) - kept} series of the service, and ${kept / 2 / AT_ONCE} of each process; increase ${increase.toFixed(2)} of ${2 * AT_ONCE * (CALLS + FAILED)}`,
    );
  });

  it("take few series a process where those of Node and of the process are left out", async () => {
    const service = "lean";
    const lean = { ...DELTA, OTEL_INSTRUMENTATION_MCP_METRICS: "semconv,guide" };
    await round(stack().collector.http, service, lean);
    await arrived(
      () => counted(service),
      (sum) => sum === AT_ONCE * (CALLS + FAILED),
    );

    const apart = await query(
      `count by (metric) (label_replace({job="${service}",instance!="",__name__!="target_info"}, "metric", "$1", "__name__", "(.*)"))`,
    );
    const kept = apart.reduce((sum, { value: each }) => sum + each, 0);
    console.info(
      `lean: ${(await seriesOf(service)) - kept} series of the service, and ${kept / AT_ONCE} of each process: ${apart.map(({ labels }) => labels["metric"]).join(", ")}`,
    );
    expect(kept / AT_ONCE).toBeLessThanOrEqual(5);
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
