// `npm run bench -- stack`: at how many tool calls a second this chain, on this machine, still loses nothing. A preloaded client calls a preloaded
// server over stdio; every span, log line and count is then looked for in Jaeger, the log store and Prometheus. A word after `--` asks
// something else: `gateways`, `bytes`, `wire`, `sizes`, `scale`; each is explained in its file.
import { arrived } from "./ask.ts";
import type { Programs } from "./back-ends.ts";
import { buildAll, programsOf, whyNotBuildable } from "./binaries.ts";
import { bytes, wire } from "./bytes.ts";
import { gateways } from "./gateways.ts";
import { scale } from "./scale.ts";
import { sizes } from "./sizes.ts";
import { startStack, type Stack } from "./stack.ts";
import { foundOf, startTalk } from "./talk.ts";

const RATES = [50, 100, 200, 400, 600, 800, 1000, 1250, 1500, 2000, 2500, 3000];
const SECONDS = 10;
/**
 * Below this share of the wanted rate the two programs themselves are too slow, and higher rates would show nothing
 * more.
 */
const KEPT_UP = 0.8;

interface Row {
  readonly rate: number;
  readonly achieved: number;
  readonly lost: { readonly spans: number; readonly lines: number; readonly counts: number };
  readonly cpu: number;
  readonly peak: number;
  readonly said: string;
}

const [what = "calls", ...rest] = process.argv.slice(2);
if (what === "sizes" || what === "wire") {
  if (what === "sizes") sizes(rest);
  else await wire();
  process.exit();
}
const missing = whyNotBuildable();
if (missing !== undefined) {
  console.log(`SKIPPED: ${missing}`);
  process.exit(0);
}
const programs: Programs = programsOf(await buildAll((line) => console.error(line)));
const measurements: Readonly<Record<string, (of: Programs) => Promise<unknown>>> = {
  calls: rates,
  gateways,
  bytes,
  scale,
};
await (measurements[what] ?? rates)(programs);
process.exit();

async function rates(): Promise<void> {
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
}

async function measure(stack: Stack, rate: number): Promise<Row> {
  const before = stack.collector.usage();
  const began = performance.now();
  const talk = startTalk(stack.collector.http, { rate, seconds: SECONDS });
  await talk.said();
  const cpu = (stack.collector.usage().cpuSeconds - before.cpuSeconds) / ((performance.now() - began) / 1000);
  const { traces, seconds } = await talk.done();

  const lost = async () => {
    const found = await foundOf(stack, traces);
    return {
      spans: talk.spans - found.spans,
      lines: talk.lines - found.lines,
      counts: talk.calls - found.counted,
    };
  };
  const whole = ({ spans, lines, counts }: Row["lost"]): boolean => spans + lines + counts === 0;
  const said =
    talk
      .output()
      .split("\n")
      .find((line) => line.includes("lost:")) ?? "";
  return {
    rate,
    achieved: talk.calls / seconds,
    lost: await arrived(lost, whole, 20_000).catch(lost),
    cpu,
    peak: stack.collector.usage().peakBytes,
    said,
  };
}
