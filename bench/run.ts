/**
 * `npm run bench -- run [CALLS]`: what `mcp-otelkit run` adds to a tool call of a server in Python that does nothing. The contenders take
 * turns call by call, so that whatever else the machine does meets all of them alike. A relay that only passes bytes shows what of it
 * is the second process.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { renderTable } from "../test/matrix/table.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const calls = Number(process.argv[2] ?? 3000);
const WARM_UP = 500;
const SERVER = ["python3", path("../test/fixtures/wire/server.py")];
const RUN = [process.execPath, path("../dist/cli.cjs"), "run", "--", ...SERVER];
const RELAY = [
  process.execPath,
  "-e",
  `const c = require("child_process").spawn(process.argv[1], process.argv.slice(2), { stdio: ["pipe", "pipe", "inherit"] });
   process.stdin.pipe(c.stdin); c.stdout.pipe(process.stdout);`,
  ...SERVER,
];
/** A process of its own takes what is exported: this one has to be free when an answer comes. */
const SINK = `require("http").createServer((q, r) => q.resume().on("end", () => r.writeHead(200, { "content-type": "application/x-protobuf" }).end()))
  .listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

const sink = spawn(process.execPath, ["-e", SINK], { stdio: ["ignore", "pipe", "inherit"] });
const [port] = (await once(sink.stdout, "data")) as [Buffer];
const QUIET = {
  OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
  OTEL_SERVICE_NAME: "bench",
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port).trim()}`,
};
const EXPORTERS = ["OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"] as const;
const exporting = (...values: string[]): Record<string, string> => ({
  ...QUIET,
  ...Object.fromEntries(EXPORTERS.map((name, at) => [name, values[at] ?? "none"])),
});

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const CONTENDERS: readonly Contender[] = [
  { name: "direct", command: SERVER, env: {} },
  { name: "a relay of bytes, in Node", command: RELAY, env: {} },
  { name: "run, OTEL_SDK_DISABLED=true", command: RUN, env: { ...QUIET, OTEL_SDK_DISABLED: "true" } },
  { name: "run, traces", command: RUN, env: { ...exporting("otlp"), LOG_LEVEL: "off" } },
  { name: "run, all three signals and log lines", command: RUN, env: exporting("otlp", "otlp", "otlp") },
];

const running = CONTENDERS.map(({ command: [program = "", ...words], env }) =>
  spawn(program, words, {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
  }),
);
const times: number[][] = CONTENDERS.map(() => []);
for (const child of running) await ask(child, 0, "initialize", {});
for (let id = 1; id <= calls + WARM_UP; id += 1)
  for (const [at, child] of running.entries()) {
    const ms = await ask(child, id, "tools/call", { name: "echo", arguments: { text: "hello" } });
    if (id > WARM_UP) times[at]?.push(ms);
  }
for (const child of running) child.stdin?.end();
sink.kill();

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
const [direct = []] = times;
console.log(
  renderTable(
    ["a call to a server in Python", "median ms", "p99 ms", "adds: median ms", "adds: p99 ms"],
    CONTENDERS.map(({ name }, row) => {
      const own = times[row] ?? [];
      const shares = [0.5, 0.99] as const;
      return [
        name,
        ...shares.map((share) => at(own, share).toFixed(2)),
        ...shares.map((share) => (row === 0 ? "" : (at(own, share) - at(direct, share)).toFixed(2))),
      ];
    }),
  ),
);
console.log(
  `\n${calls} calls each after ${WARM_UP} others, in turns, goal: adds less than 1 ms at the median and 3 ms at p99; Node ${process.version}`,
);

/** @returns milliseconds until the answer */
async function ask(child: ChildProcess, id: number, method: string, params: object): Promise<number> {
  const since = performance.now();
  child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  let text = "";
  while (!text.endsWith("\n")) text += String(((await once(child.stdout ?? child, "data")) as [Buffer])[0]);
  return performance.now() - since;
}
