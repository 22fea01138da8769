/**
 * `npm run prove -- official`: the official servers, each under every setting, and without mcp-otelkit for
 * comparison. Prints a table, exits 1 when an answer, a line on stdout, the exit status or the spans are not as they
 * must be.
 * `npm run prove -- official memory grpc` runs only the cells whose name has these words.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { inTurn } from "../matrix/in-turn.ts";
import { renderTable } from "../matrix/table.ts";
import { home, installedPackage, nodeBinary, type NodeMajor } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { startCollectors } from "./collectors.ts";
import { converse, type Conversed } from "./converse.ts";
import { SERVERS, type Server } from "./servers.ts";
import { SETTINGS, type Setting } from "./settings.ts";

interface Cell {
  readonly server: Server;
  readonly setting: Setting;
}

const AT_ONCE = 2;

const words = process.argv.slice(2);
const began = Date.now();
const here = Number(process.versions.node.split(".")[0]) as NodeMajor;
const register = await installedPackage("otel-2");
const servers = await home("official");
const sandbox = await createSandbox("process", "otel-2");
const theirs = `--import=${sandbox.path("user-sdk-preload.mjs")}`;
const without = new Map<string, Conversed>();

try {
  const cells = SETTINGS.flatMap((setting) => SERVERS.map((server): Cell => ({ server, setting }))).filter(
    ({ server, setting }) => words.every((word) => `${server.name} ${setting.name}`.includes(word)),
  );
  await inTurn(SERVERS, AT_ONCE, async (server) => {
    const node = await nodeBinary(here);
    without.set(server.name, await converse(server, [node, programOf(server)], {}));
  });
  const verdicts = await inTurn(cells, AT_ONCE, async (cell) => ({ cell, ...(await judge(cell)) }));
  const rows = SETTINGS.map((setting) => [
    setting.name,
    ...SERVERS.map((server) => {
      const found = verdicts.find(({ cell }) => cell.setting === setting && cell.server === server);
      return found === undefined ? "" : `${found.faults.length === 0 ? "ok" : "FAIL"} ${found.figures}`;
    }),
  ]).filter((row) => row.slice(1).some((cell) => cell !== ""));
  console.log(
    `\nNode ${process.versions.node} unless another is named; spans of ours, and the exit after stdin's end\n`,
  );
  const alone = SERVERS.map(({ name }) => `${Math.round(without.get(name)?.exitMs ?? 0)} ms`);
  console.log(
    renderTable(["setting", ...SERVERS.map(({ name }) => name)], [["without us", ...alone], ...rows]),
  );
  const failed = verdicts.filter(({ faults }) => faults.length > 0);
  for (const { cell, faults } of failed)
    console.log(`\n${cell.server.name}, ${cell.setting.name}\n  ${faults.join("\n  ")}`);
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`\n${verdicts.length - failed.length} cells ok, ${failed.length} failed, in ${seconds} s`);
  process.exitCode = failed.length > 0 || verdicts.length === 0 ? 1 : 0;
} finally {
  sandbox.remove();
}

async function judge(cell: Cell): Promise<{ faults: string[]; figures: string }> {
  const { server, setting } = cell;
  const collectors = await startCollectors();
  try {
    const conversed = await converse(server, await commandOf(cell), environmentOf(setting, collectors));
    const ours = collectors.spans().filter(({ scope, kind }) => scope === "mcp-otelkit" && kind === "SERVER");
    const senders = [...new Set(ours.map(({ service }) => service))].join("+");
    const expected = setting.by === "nobody" || setting.by === undefined ? 0 : conversed.sent;
    const faults = [
      ...differences(without.get(server.name), conversed),
      ...(ours.length === expected ? [] : [`${ours.length} SERVER spans instead of ${expected}`]),
      ...(expected === 0 || senders === setting.by ? [] : [`spans were sent by ${senders || "nobody"}`]),
    ];
    if (faults.length > 0)
      faults.push(`stderr: ${conversed.stderr.trim().split("\n").join(" | ").slice(-600)}`);
    return { faults, figures: `${ours.length} spans, ${Math.round(conversed.exitMs)} ms` };
  } finally {
    await collectors.close();
  }
}

function differences(alone: Conversed | undefined, conversed: Conversed): string[] {
  const { code, signal, stray } = conversed;
  const status = `${code} ${signal}`;
  const wanted = `${alone?.code} ${alone?.signal}`;
  const answers = conversed.answers.flatMap((answer, index) =>
    answer === alone?.answers[index] ? [] : [`another answer: ${answer.slice(0, 200)}`],
  );
  return [
    ...answers,
    ...stray.map((line) => `not protocol on stdout: ${line}`),
    ...(status === wanted ? [] : [`ended with ${status} instead of ${wanted}`]),
  ];
}

function programOf({ name }: Server): string {
  return join(servers, "node_modules", "@modelcontextprotocol", `server-${name}`, "dist", "index.js");
}

async function commandOf({ server, setting }: Cell): Promise<string[]> {
  const node = await nodeBinary(setting.node ?? here);
  const ours = setting.how === "NODE_OPTIONS" ? [] : [preloadOf(setting)];
  return [
    node,
    ...(setting.theirs === "before" ? [theirs] : []),
    ...ours,
    ...(setting.theirs === "after" ? [theirs] : []),
    programOf(server),
  ];
}

function preloadOf({ how }: Setting): string {
  return how === "require"
    ? `--require=${fileURLToPath(register).replace(/\.js$/, ".cjs")}`
    : `--import=${register}`;
}

function environmentOf(
  { how, env, collector = "alive", protocol = "http/protobuf" }: Setting,
  { endpoints, grpc }: Awaited<ReturnType<typeof startCollectors>>,
): Record<string, string> {
  const endpoint = collector === "alive" && protocol === "grpc" ? grpc : endpoints[collector];
  return {
    OTEL_SERVICE_NAME: "ours",
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    ...(how === "NODE_OPTIONS" && { NODE_OPTIONS: preloadOf({ name: "", how: "import" }) }),
    ...env,
  };
}
