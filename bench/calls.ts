/**
 * `npx tsx bench/calls.ts [rounds]`: what a tool call costs, both sides in one process, with each setting of
 * mcp-otelkit and without it. The processes take turns batch by batch, so that other load on the machine affects all
 * of them alike.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { renderTable } from "../test/matrix/table.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const rounds = Number(process.argv[2] ?? 40);
const PRELOAD = ["--import", "mcp-otelkit/register"];
const NOWHERE = {
  OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
  OTEL_METRICS_EXPORTER: "none",
  OTEL_TRACES_EXPORTER: "none",
  OTEL_LOGS_EXPORTER: "none",
};
/** No server listens on this port; spans are queued, sent in vain and dropped. */
const TRACES = { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };

interface Contender {
  readonly name: string;
  readonly preload: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const CONTENDERS: readonly Contender[] = [
  { name: "without us", preload: [], env: {} },
  { name: "nothing exported, LOG_LEVEL=off", preload: PRELOAD, env: { ...NOWHERE, LOG_LEVEL: "off" } },
  {
    name: "nothing exported, no lines, level INFO",
    preload: PRELOAD,
    env: { ...NOWHERE, OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off" },
  },
  { name: "traces, LOG_LEVEL=off", preload: PRELOAD, env: { ...NOWHERE, ...TRACES, LOG_LEVEL: "off" } },
  { name: "traces, log lines", preload: PRELOAD, env: { ...NOWHERE, ...TRACES } },
  {
    name: "traces, log lines and records",
    preload: PRELOAD,
    env: { ...NOWHERE, ...TRACES, OTEL_LOGS_EXPORTER: "otlp" },
  },
  {
    name: "the same at DEBUG",
    preload: PRELOAD,
    env: { ...NOWHERE, ...TRACES, OTEL_LOGS_EXPORTER: "otlp", LOG_LEVEL: "debug" },
  },
  {
    name: "all three signals",
    preload: PRELOAD,
    env: { ...NOWHERE, ...TRACES, OTEL_LOGS_EXPORTER: "otlp", OTEL_METRICS_EXPORTER: "otlp" },
  },
];

const running = CONTENDERS.map(({ preload, env }) =>
  spawn(process.execPath, [...preload, "call-program.mjs"], {
    cwd: FOLDER,
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], ...env },
  }),
);
const times: number[][] = CONTENDERS.map(() => []);
for (let round = 0; round < rounds; round += 1)
  for (const [at, child] of running.entries()) times[at]?.push(await batchOf(child));
for (const child of running) child.stdin?.end("end\n");

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const base = middle(times[0] ?? []);
console.log(
  renderTable(
    ["setting", "µs a call (median)", "least", "more than without us"],
    CONTENDERS.map(({ name }, at) => {
      const own = times[at] ?? [];
      return [
        name,
        middle(own).toFixed(1),
        Math.min(...own).toFixed(1),
        `${(middle(own) - base).toFixed(1)} µs`,
      ];
    }),
  ),
);
console.log(`\n${rounds} batches of 200 calls each, in turns; Node ${process.version}`);

async function batchOf(child: ChildProcess): Promise<number> {
  child.stdin?.write("go\n");
  const [text] = (await once(child.stdout ?? child, "data")) as [Buffer];
  return Number(text);
}
