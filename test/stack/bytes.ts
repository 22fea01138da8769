// `npm run bench -- stack wire`: the size of a tool call in OTLP; it needs no server. `-- bytes`: on the disks of the
// back ends as well.
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { arrived, queryPrometheus } from "./ask.ts";
import type { Programs } from "./back-ends.ts";
import { recordCalls } from "./recorded.ts";
import type { Measured } from "./sizes.ts";
import { startStack } from "./stack.ts";
import { foundOf, startTalk } from "./talk.ts";

const CALLS = { rate: 100, seconds: 60 };
/** The client and the server. */
const PROCESSES = 2;
const SIGNALS = ["traces", "logs", "metrics"] as const;

/** What a call weighs. */
export type Weights = Pick<Measured, "plain" | "gzip" | "traces" | "logs" | "series">;

/** Of its spans and lines together. */
export async function wire(): Promise<Pick<Weights, "plain" | "gzip">> {
  const { calls, requests } = await recordCalls();
  console.log(
    "OTLP, bytes a call: two spans, two lines; metrics of both processes are by export, not by call.",
  );
  const total = { plain: 0, gzip: 0 };
  for (const signal of SIGNALS) {
    const bodies = requests.filter(({ path }) => path.endsWith(signal)).map(({ body }) => body);
    const per = signal === "metrics" ? bodies.length : calls;
    const plain = sum(bodies.map(({ length }) => length)) / per;
    const gzip = sum(bodies.map((body) => gzipSync(body).length)) / per;
    console.log(
      `  ${signal.padEnd(8)}${plain.toFixed(0).padStart(6)} B plain${gzip.toFixed(0).padStart(6)} B gzip, a ${signal === "metrics" ? "process's export" : "call"}`,
    );
    if (signal === "metrics") continue;
    total.plain += plain;
    total.gzip += gzip;
  }
  return total;
}

export async function bytes(programs: Programs): Promise<Weights> {
  const onTheWire = await wire();
  const stack = await startStack(programs, { durable: true });
  const talk = startTalk(stack.collector.http, CALLS, { TRACE_EACH: "1" });
  await talk.done();
  await arrived(
    () => foundOf(stack, []),
    ({ lines, counted }) => lines >= talk.lines && counted >= talk.calls,
  );
  const [series] = await queryPrometheus(stack.prometheus.url, 'count({job=~"caller|callee"})');
  // In good order, so that what is in memory is on disk.
  await Promise.all([stack.jaeger, stack.prometheus, stack.logs].map((end) => end.stop()));
  const disk = (name: string): number => sizeOf(join(stack.folder, name)) / talk.calls;
  const weights = {
    ...onTheWire,
    traces: disk("jaeger"),
    logs: disk("victoria-logs"),
    series: (series?.value ?? 0) / PROCESSES,
  };
  console.log(`\nOn disk after ${talk.calls} calls:
  Jaeger, badger     ${weights.traces.toFixed(0)} B a call
  VictoriaLogs       ${weights.logs.toFixed(0)} B a call
  Prometheus         ${series?.value ?? 0} series of the two processes; by process, not by call`);
  await stack.stop();
  return weights;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** What is really taken: files are made large in advance, with holes. */
function sizeOf(path: string): number {
  const { blocks } = lstatSync(path);
  const inside = lstatSync(path).isDirectory() ? readdirSync(path) : [];
  return blocks * 512 + sum(inside.map((name) => sizeOf(join(path, name))));
}
