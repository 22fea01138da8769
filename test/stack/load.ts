// `npm run bench:stack`: at how many tool calls a second this chain, on this machine, still loses nothing. A preloaded client calls a
// preloaded server over stdio; every span, log line and count is then looked for in Jaeger, Loki and Prometheus.
import { fileURLToPath } from "node:url";
import { arrived, linesCountedInLoki, queryPrometheus, traceInJaeger } from "./ask.ts";
import type { Programs } from "./back-ends.ts";
import { buildAll, whyNotBuildable } from "./binaries.ts";
import { PRELOAD, program } from "./cast.ts";
import { startStack, type Stack } from "./stack.ts";

const RATES = [50, 100, 200, 400, 600, 800, 1000, 1250, 1500, 2000, 2500, 3000];
const SECONDS = 10;
/** Below this share of the wanted rate it is the two programs that do not keep up, and higher rates would say nothing more. */
const KEPT_UP = 0.8;

interface Row {
  readonly rate: number;
  readonly achieved: number;
  readonly lost: { readonly spans: number; readonly lines: number; readonly counts: number };
  readonly cpu: number;
  readonly peak: number;
  readonly said: string;
}

const missing = whyNotBuildable();
if (missing !== undefined) {
  console.log(`SKIPPED: ${missing}`);
  process.exit(0);
}
const built = await buildAll((line) => console.error(line));
const programs = Object.fromEntries(built.map((one) => [one.program, one.path])) as Programs;

console.log(`calls/s  achieved  spans lost  lines lost  counts lost  Collector CPU  peak memory`);
let best: Row | undefined;
for (const rate of RATES) {
  const stack = await startStack(programs);
  const row = await measure(stack, rate);
  await stack.stop();
  const { lost } = row;
  console.log(
    [
      String(rate).padStart(7),
      row.achieved.toFixed(0).padStart(8),
      String(lost.spans).padStart(10),
      String(lost.lines).padStart(10),
      String(lost.counts).padStart(11),
      `${(row.cpu * 100).toFixed(0)} %`.padStart(13),
      `${(row.peak / 2 ** 20).toFixed(0)} MiB`.padStart(11),
      row.said,
    ]
      .join("  ")
      .trimEnd(),
  );
  if (lost.spans + lost.lines + lost.counts > 0) break;
  if (best === undefined || row.achieved > best.achieved) best = row;
  if (row.achieved < rate * KEPT_UP) break;
}
console.log(
  best === undefined
    ? "Not even the lowest rate went through whole."
    : `Highest rate without loss: ${best.achieved.toFixed(0)} tool calls a second, each of two spans and two log lines, the Collector at ${(best.cpu * 100).toFixed(0)} % of a core and ${(best.peak / 2 ** 20).toFixed(0)} MiB.`,
);

async function measure(stack: Stack, rate: number): Promise<Row> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const as = (service: string) => ({
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.http,
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
    OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
  });
  const server = here("../fixtures/guide/stdio-server.mjs");
  const LOCAL_SERVER = JSON.stringify({
    command: process.execPath,
    args: [...PRELOAD, server],
    env: as("callee"),
  });
  const before = stack.collector.usage();
  const began = performance.now();
  const caller = program([...PRELOAD, here("../fixtures/stack/caller.mjs")], {
    ...as("caller"),
    LOCAL_SERVER,
    RATE: String(rate),
    SECONDS: String(SECONDS),
  });
  const [, told = ""] = await caller.says(/^(\{"traces".*\})$/m);
  const cpu = (stack.collector.usage().cpuSeconds - before.cpuSeconds) / ((performance.now() - began) / 1000);
  await caller.ended;
  const { traces, seconds } = JSON.parse(told) as { traces: string[]; seconds: number };

  const calls = rate * SECONDS;
  const lost = async () => {
    const seen = await Promise.all(
      traces.map(async (id) => (await traceInJaeger(stack.jaeger.url, id)).length),
    );
    const lines = await linesCountedInLoki(
      stack.loki.url,
      '{service_name=~"caller|callee"} |= "Tool call completed"',
    );
    const [count] = await queryPrometheus(stack.prometheus.url, 'sum(mcp_tool_calls_total{job="callee"})');
    return {
      // Each second has a span of its own, and two for each call.
      spans: traces.length + calls * 2 - seen.reduce((sum, n) => sum + n, 0),
      lines: calls * 2 - lines,
      counts: calls - (count?.value ?? 0),
    };
  };
  const whole = ({ spans, lines, counts }: Row["lost"]): boolean => spans + lines + counts === 0;
  const found = await arrived(lost, whole, 20_000).catch(lost);
  const said =
    caller
      .output()
      .split("\n")
      .find((line) => line.includes("lost:")) ?? "";
  return { rate, achieved: calls / seconds, lost: found, cpu, peak: stack.collector.usage().peakBytes, said };
}
