// `npm run bench -- stack gateways`: the rate of one core of a gateway, and how it grows with one, two and four
// gateways behind the load balancer. The calls are recorded from a real client and server; the back ends are a sink,
// so that what is measured is the Collector.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageOf } from "../support/page.ts";
import { arrived } from "./ask.ts";
import type { Programs } from "./back-ends.ts";
import { collector, type Collector } from "./collector.ts";
import { recordCalls, send, type Recording } from "./recorded.ts";
import { startSink, type Sink } from "./sink.ts";

const GATEWAYS = [1, 2, 4];
/** How often the recording is sent for one row. */
const TIMES = 12;
/** One machine has not the cores of several: each gateway may run for this share of the time, on one core. */
const SHARE = 0.1;
const PERIOD_MS = 100;
const ALL_THERE_WITHIN_MS = 600_000;

interface Row {
  readonly seconds: number;
  readonly cpu: number;
  readonly spread: readonly number[];
  readonly peak: number;
}

export interface Grown {
  /** For each second of a core. */
  readonly callsPerCore: number;
  /** Of one that is not held back. */
  readonly callsPerSecond: number;
  readonly peakMebibytes: number;
  /** By the number of gateways: how many times the calls of one. */
  readonly times: readonly { readonly gateways: number; readonly times: number }[];
}

export async function gateways(programs: Programs): Promise<Grown> {
  const recording = await recordCalls();
  const calls = recording.calls * TIMES;
  const sink = await startSink();
  const bytesIn = recording.requests.reduce((sum, { body }) => sum + body.length, 0) / recording.calls;
  console.log(
    `${calls} tool calls for each row: of each, two spans and two log lines; metrics of the two processes once a second. ${bytesIn.toFixed(0)} bytes of OTLP a call.`,
  );

  const alone = await run(programs, sink, recording, { count: 1, throttled: false });
  console.log(
    `One gateway, not held back: ${(calls / alone.seconds).toFixed(0)} calls a second; ${(calls / alone.cpu).toFixed(0)} calls for each second of a core; peak memory ${(alone.peak / 2 ** 20).toFixed(0)} MiB.`,
  );
  console.log(`\nEach gateway held to ${SHARE * 100} % of one core, behind the load balancer:`);
  console.log("gateways  calls/s  times one  calls a core-second  spans of each gateway");
  let one: number | undefined;
  const times: { gateways: number; times: number }[] = [];
  for (const count of GATEWAYS) {
    const row = await run(programs, sink, recording, { count, throttled: true });
    const rate = calls / row.seconds;
    one ??= rate;
    times.push({ gateways: count, times: rate / one });
    const spans = row.spread.reduce((sum, each) => sum + each, 0);
    console.log(
      [
        String(count).padStart(8),
        rate.toFixed(0).padStart(7),
        (rate / one).toFixed(2).padStart(9),
        (calls / row.cpu).toFixed(0).padStart(19),
        ` ${row.spread.map((each) => `${((each / spans) * 100).toFixed(0)} %`).join(", ")}`,
      ].join("  "),
    );
  }
  sink.stop();
  return {
    callsPerCore: calls / alone.cpu,
    callsPerSecond: calls / alone.seconds,
    peakMebibytes: alone.peak / 2 ** 20,
    times,
  };
}

async function run(
  programs: Programs,
  sink: Sink,
  { requests, calls }: Recording,
  { count, throttled }: { count: number; throttled: boolean },
): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-gateways-"));
  const env = {
    MCP_JAEGER_OTLP_URL: sink.url,
    MCP_PROMETHEUS_OTLP_URL: sink.url,
    MCP_LOKI_OTLP_URL: sink.url,
  };
  const all: Collector[] = [];
  for (let n = 0; n < count; n += 1)
    all.push(
      await collector(programs, folder, {
        name: `gateway-${n}`,
        configs: ["gateway.yaml"],
        env: { ...env, ...(throttled && { GOMAXPROCS: "1" }) },
      }),
    );
  const hosts = all.map(({ grpc }) => new URL(grpc).host);
  const balancer = await collector(programs, folder, {
    name: "balancer",
    configs: ["loadbalancer.yaml"],
    env: { MCP_GATEWAYS: `[${hosts.join(", ")}]`, MCP_GATEWAY_ENDPOINT: hosts[0] },
  });
  const behindBalancer = throttled;
  await Promise.all([...all, ...(behindBalancer ? [balancer] : [])].map((each) => each.start()));

  const letGo = throttled ? all.map((each, n) => holdBack(each, n / count)) : [];
  const began = performance.now();
  const before = all.map((each) => each.usage().cpuSeconds);
  const repeated = Array.from({ length: TIMES }, () => requests).flat();
  // Traces by the balancer, which knows where each belongs; the others to any gateway, in turn, as a TCP balancer does.
  await send(repeated, ({ path }, index) =>
    behindBalancer && path.endsWith("traces") ? balancer.http : (all[index % count] as Collector).http,
  );
  const wanted = calls * TIMES * 2;
  const spread = await arrived(
    () => Promise.all(all.map((each) => sentSpans(each))),
    (sent) => sent.reduce((sum, each) => sum + each, 0) >= wanted,
    ALL_THERE_WITHIN_MS,
  );
  const seconds = (performance.now() - began) / 1000;
  const usage = all.map((each) => each.usage());
  for (const release of letGo) release();
  await Promise.all([...all, balancer].map((each) => each.stop("SIGKILL")));
  rmSync(folder, { recursive: true, force: true });
  return {
    seconds,
    cpu: usage.reduce((sum, { cpuSeconds }, n) => sum + cpuSeconds - (before[n] ?? 0), 0),
    spread,
    peak: Math.max(...usage.map(({ peakBytes }) => peakBytes)),
  };
}

async function sentSpans({ telemetry }: Collector): Promise<number> {
  const page = pageOf(await (await fetch(telemetry)).text());
  return page.samples("otelcol_exporter_sent_spans_total").reduce((sum, { value }) => sum + value, 0);
}

/** Stops and continues the process, so that it runs for its share of each period; returns a function that ends that. */
function holdBack(service: Collector, phase: number): () => void {
  let stopped: NodeJS.Timeout | undefined;
  let period: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    period = setInterval(() => {
      service.signal("SIGCONT");
      stopped = setTimeout(() => service.signal("SIGSTOP"), PERIOD_MS * SHARE);
    }, PERIOD_MS);
  }, PERIOD_MS * phase);
  return () => {
    clearTimeout(first);
    clearTimeout(stopped);
    clearInterval(period);
    service.signal("SIGCONT");
  };
}
