// One row: an application is installed, mcp-otelkit is added, and the application is run in every way it can be traced.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import type { Manager, Place, Ran } from "./managers.ts";
import type { Neighbour } from "./neighbours.ts";

export interface Row {
  readonly packages: number;
  readonly bytes: number;
  /** Versions of the API that the process has loaded under the preload, one for each copy. */
  readonly copies: readonly string[];
  readonly byImport: Seen;
  readonly byRequire: Seen;
  readonly byInstrumentation: Seen;
  /** What `import "mcp-otelkit"` threw, if it did. */
  readonly threw: string | undefined;
  /** What mcp-otelkit prints on stderr under `--import`. */
  readonly says: readonly string[];
}

/** How many spans of the conversation arrived, and how many of the neighbour. */
export interface Seen {
  readonly mcp: number;
  readonly own: number;
  /** Why there may be fewer than there should be. */
  readonly problem: string | undefined;
}

export interface Given {
  readonly tarball: string;
  /** Of this run; rows have folders in it, and managers their caches. */
  readonly folder: string;
  readonly node: string;
}

const PROGRAMS = fileURLToPath(new URL("../fixtures/install/", import.meta.url));
const MCP = { "@modelcontextprotocol/sdk": "1.32.2", zod: "4.6.7" };

export async function runRow(neighbour: Neighbour, manager: Manager, given: Given): Promise<Row> {
  const folder = mkdtempSync(join(given.folder, "row-"));
  try {
    const place: Place = { folder, cache: join(given.folder, "cache"), node: given.node };
    write(place, neighbour, given.tarball);
    await manager.install(place);
    const before = manager.size(place);
    // As in the README, where the application has no API package.
    const api = "@opentelemetry/api" in neighbour.dependencies ? [] : ["@opentelemetry/api"];
    await manager.add(place, "./mcp-otelkit.tgz", ...api);
    const after = manager.size(place);
    return {
      packages: after.packages - before.packages,
      bytes: after.bytes - before.bytes,
      ...(await runAll(neighbour, manager, place)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(
  { folder }: Place,
  { dependencies, first, before = "", after = "", start }: Neighbour,
  tarball: string,
): void {
  cpSync(PROGRAMS, folder, { recursive: true });
  cpSync(tarball, join(folder, "mcp-otelkit.tgz"));
  const description = {
    name: "app",
    version: "1.0.0",
    private: true,
    dependencies: { ...MCP, ...dependencies },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(description, undefined, 2));
  if (first !== undefined) writeFileSync(join(folder, "first.cjs"), first);
  writeFileSync(join(folder, "app.mjs"), `${before}\nawait import("./talk.mjs");\n${after}\n`);
  writeFileSync(
    join(folder, "own.mjs"),
    `import { McpInstrumentation } from "mcp-otelkit";
import { seen } from "./seen.mjs";
const instrumentations = [new McpInstrumentation()];
${start}
await import("./talk.mjs");
`,
  );
  mkdirSync(join(folder, "seen"));
}

async function runAll(
  neighbour: Neighbour,
  manager: Manager,
  place: Place,
): Promise<Omit<Row, "packages" | "bytes">> {
  const first = neighbour.first === undefined ? [] : ["--require", "./first.cjs"];
  const trace = (words: readonly string[], name: string) =>
    traced(neighbour, manager, place, [...first, ...words], name);
  const imported = await trace(["--import", "mcp-otelkit/register", "app.mjs"], "import");
  const required = await trace(["--require", "mcp-otelkit/register.cjs", "app.mjs"], "require");
  const own = await trace(["own.mjs"], "own");
  const counted = await trace(
    ["--require", "./copies.cjs", "--import", "mcp-otelkit/register", "app.mjs"],
    "copies",
  );
  const alone = await manager.run(place, ["--input-type=module", "--eval", 'import "mcp-otelkit";'], {});
  return {
    copies: linesOf(counted.copies),
    byImport: imported.seen,
    byRequire: required.seen,
    byInstrumentation: own.seen,
    threw: alone.code === 0 ? undefined : problemIn(alone),
    says: imported.ran.stderr.split("\n").filter((line) => line.startsWith("mcp-otelkit: ")),
  };
}

async function traced(
  { scope }: Neighbour,
  manager: Manager,
  place: Place,
  words: readonly string[],
  name: string,
): Promise<{ seen: Seen; ran: Ran; copies: string }> {
  const receiver = await startOtlpReceiver();
  const file = (what: string): string => join(place.folder, "seen", `${name}.${what}`);
  try {
    const ran = await manager.run(place, words, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
      OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off",
      SPANS: file("spans"),
      COPIES: file("copies"),
    });
    const scopes = [...receiver.spans().map((span) => span.scope), ...linesOf(file("spans"))];
    const seen: Seen = {
      mcp: scopes.filter((one) => one === "mcp-otelkit").length,
      own: scopes.filter((one) => one === scope).length,
      problem: ran.stdout === "2 + 3 = 5\n" && ran.code === 0 ? undefined : problemIn(ran),
    };
    return { seen, ran, copies: file("copies") };
  } finally {
    await receiver.close();
  }
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

/** The line that names the error, out of all that Node prints about it. */
function problemIn({ code, stdout, stderr }: Ran): string {
  const error =
    stderr.split("\n").find((line) => /^(\w*Error|\[?ERR_|.*Error \[)/.test(line)) ??
    stderr.trim().split("\n").at(-1);
  return `exit code ${code}, ${stdout.trim() === "" ? "nothing on stdout" : "an answer"}: ${(error ?? "").slice(0, 200)}`;
}
