// `npm run bench -- start [ROUNDS]`: the cost that the preload adds to the start of a stdio server, until it has
// answered `initialize`, and to a process without MCP. In turns, so that a busy machine is busy for all; medians.
// Linux alone has the figures, in /proc.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { renderTable } from "../test/matrix/table.ts";
import { installedPackage, nodeBinary, type NodeMajor } from "../test/support/homes.ts";
import { createSandbox } from "../test/support/sandbox.ts";
import { untilInitialized, wholeProcess, type Cost } from "./measure-start.ts";

const rounds = Number(process.argv[2] ?? 9);
const NODES: readonly NodeMajor[] = [20, 24];

/** More than plain, on a quiet machine. */
const GOALS: Readonly<
  Record<string, { readonly cpuMs: Partial<Record<NodeMajor, number>>; readonly residentMb?: number }>
> = {
  server: { cpuMs: { 20: 150, 24: 80 }, residentMb: 25 },
  "no MCP": { cpuMs: { 20: 60, 24: 20 } },
};

interface Row {
  readonly node: NodeMajor;
  readonly what: "server" | "no MCP";
  readonly with: string;
  readonly measure: () => Promise<Cost>;
  readonly costs: Cost[];
}

if (process.platform !== "linux") throw new Error("only Linux has /proc, where the figures come from");

/** Accepts everything, so that no exporter retries and none prints an error. */
const sink = createServer((request, response) => {
  request
    .resume()
    .on("end", () => response.writeHead(200, { "content-type": "application/x-protobuf" }).end());
});
sink.listen(0, "127.0.0.1");
await once(sink, "listening");
const env = {
  OTEL_SERVICE_NAME: "bench",
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`,
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_LOGS_EXPORTER: "otlp",
  OTEL_EXPORTER_PROMETHEUS_PORT: "0", // a default port may be taken, and then the start differs
};
const preload = await installedPackage("otel-2");
const sandbox = await createSandbox("process", "sdk-v1-latest", "auto-instrumentations");
try {
  const rows = await createRows();
  for (const row of rows) await row.measure(); // from the disk into the page cache
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    for (const row of rows) row.costs.push(await row.measure());
  }
  print(rows);
} finally {
  sandbox.remove();
  sink.close();
  sink.closeAllConnections();
}

async function createRows(): Promise<Row[]> {
  const kit = ["--import", preload];
  const auto = ["--import", "@opentelemetry/auto-instrumentations-node/register"];
  const rows: Row[] = [];
  for (const major of NODES) {
    const node = await nodeBinary(major);
    const launch = (flags: readonly string[]) => ({ node, flags, cwd: sandbox.folder, env });
    const server = (name: string, flags: readonly string[]): Row => ({
      node: major,
      what: "server",
      with: name,
      measure: () => untilInitialized(launch(flags), "stdio-server.mjs"),
      costs: [],
    });
    const idle = (name: string, flags: readonly string[]): Row => ({
      node: major,
      what: "no MCP",
      with: name,
      measure: () => wholeProcess(launch(flags)),
      costs: [],
    });
    rows.push(server("plain", []), server("mcp-otelkit", kit), server("auto-instrumentations", auto));
    rows.push(idle("plain", []), idle("mcp-otelkit", kit));
  }
  return rows;
}

function print(rows: readonly Row[]): void {
  const body = rows.map((row) => {
    const plain = rows.find(
      (other) => other.node === row.node && other.what === row.what && other.with === "plain",
    );
    const [wall, cpu, resident] = (["wallMs", "cpuMs", "residentMb"] as const).map((key) =>
      median(row.costs, key),
    );
    const added = (key: keyof Cost): string =>
      row === plain || plain === undefined ? "" : signed(median(row.costs, key) - median(plain.costs, key));
    const goals = row.with === "mcp-otelkit" ? GOALS[row.what] : undefined;
    const goal = (value: number | undefined): string => (value === undefined ? "" : `at most ${value}`);
    return [
      `Node ${row.node}`,
      row.what === "server" ? "v1 stdio server, until initialize is answered" : "no MCP, node -e 0",
      row.with,
      ...[wall, cpu, resident].map(figure),
      added("wallMs"),
      added("cpuMs"),
      goal(goals?.cpuMs[row.node]),
      added("residentMb"),
      goal(goals?.residentMb),
    ];
  });
  const head = [
    "Node",
    "process",
    "with",
    "wall ms",
    "CPU ms",
    "resident MB",
    "+ wall",
    "+ CPU",
    "goal",
    "+ MB",
    "goal",
  ];
  console.log(`\n${renderTable(head, body)}\n\nmedians of ${rounds} rounds, in turns; + is over plain`);
}

function median(costs: readonly Cost[], key: keyof Cost): number {
  const values = costs.map((cost) => cost[key] ?? Number.NaN).toSorted((a, b) => a - b);
  return values[values.length >> 1] ?? Number.NaN;
}

function figure(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "" : value.toFixed(0);
}

function signed(value: number): string {
  return Number.isNaN(value) ? "" : `${value < 0 ? "" : "+"}${value.toFixed(0)}`;
}
