/**
 * `npm run prove -- install`: mcp-otelkit, as packed, is installed beside whatever an application may have of OpenTelemetry, by every
 * package manager: what it adds, which copies of the API are used, and whether spans arrive. Prints a table; exits 1 when a cell is
 * not as it should be. Words choose rows: `npm run prove -- install genkit pnpm`. `--node=20` runs everything on that Node.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inTurn } from "../matrix/in-turn.ts";
import { renderTable } from "../matrix/table.ts";
import { nodeBinary, type NodeMajor } from "../support/homes.ts";
import { MANAGERS, type Manager } from "./managers.ts";
import { NEIGHBOURS, type Neighbour } from "./neighbours.ts";
import { runRow, type Row, type Seen } from "./run-row.ts";

const AT_ONCE = 2;
/** Three messages, each a span on both sides. */
const SPANS = 6;
const MOST_PACKAGES = 3;
const MOST_BYTES = 8e6;

const args = process.argv.slice(2);
const words = args.filter((arg) => !arg.startsWith("--")).map((word) => word.toLowerCase());
// From Node 22.15 on npm may take any line of OpenTelemetry, so there is most to go wrong.
const major = Number(args.find((arg) => arg.startsWith("--node="))?.slice(7) ?? 24) as NodeMajor;
const notes: string[] = [];
const began = Date.now();

/** All that this run leaves on the disk. */
const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-install-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const given = { node: await nodeBinary(major), tarball: pack(), folder };
const chosen = NEIGHBOURS.flatMap((neighbour) => MANAGERS.map((manager) => ({ neighbour, manager }))).filter(
  ({ neighbour, manager }) =>
    words.every((word) => `${neighbour.name} ${manager.name}`.toLowerCase().includes(word)),
);
print(
  await inTurn(chosen, AT_ONCE, async ({ neighbour, manager }) => {
    const row = await runRow(neighbour, manager, given).catch(String);
    process.stderr.write(`${neighbour.name}, ${manager.name}${typeof row === "string" ? `: ${row}` : ""}\n`);
    return describe(neighbour, manager, row);
  }),
);

function pack(): string {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const { status, stdout, stderr } = spawnSync(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    {
      cwd: root,
      encoding: "utf8",
      env: Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^npm_(package_|config_dry_run)/.test(name)),
      ),
    },
  );
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [packed] = Object.values(JSON.parse(stdout) as object) as { filename: string }[];
  if (packed === undefined) throw new Error("npm pack described no tarball");
  return join(folder, packed.filename);
}

interface Described {
  readonly cells: string[];
  readonly bad: boolean;
}

/** A cell with a fault ends with `!`. */
function describe({ name, scope }: Neighbour, manager: Manager, row: Row | string): Described {
  if (typeof row === "string")
    return { cells: [name, manager.name, `not installed! ${noteFor(row)}`], bad: true };
  const own = scope === undefined ? 0 : 1;
  const spans = ({ mcp, own: theirs, problem }: Seen, due: number): string => {
    const figure = due === 0 ? String(mcp) : `${mcp} + ${theirs}`;
    const good = mcp === SPANS && theirs === due && problem === undefined;
    return good ? figure : `${figure}!${problem === undefined ? "" : ` ${noteFor(problem)}`}`;
  };
  const cells = [
    name,
    manager.name,
    `${row.packages}${row.packages > MOST_PACKAGES ? "!" : ""}`,
    `${(row.bytes / 1e6).toFixed(1)}${row.bytes > MOST_BYTES ? "!" : ""}`,
    row.copies.toSorted().join(", ") || "none!",
    spans(row.byImport, own),
    spans(row.byRequire, own),
    spans(row.byInstrumentation, 0),
    row.threw === undefined ? "no" : `yes! ${noteFor(row.threw)}`,
    row.says.length === 0 ? "nothing!" : noteFor(row.says.map(withoutPlaces).join("\n    ")),
  ];
  return { cells, bad: cells.some((cell) => /!( |$)/.test(cell)) };
}

function print(rows: readonly Described[]): void {
  const head = [
    "beside",
    "installed by",
    "packages",
    "MB",
    "API in use",
    "--import",
    "--require",
    "McpInstrumentation",
    "import throws",
    "says",
  ];
  console.log(
    `\nNode ${major}. Added packages and megabytes; spans that arrived, of ${SPANS} (+ the neighbour's own); ! is not as it should be\n`,
  );
  console.log(
    renderTable(
      head,
      rows.map(({ cells }) => cells),
    ),
  );
  for (const [at, note] of notes.entries()) console.log(`${at === 0 ? "\n" : ""}[${at + 1}] ${note}`);
  const bad = rows.filter((row) => row.bad).length;
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`\n${rows.length - bad} installations as they should be, ${bad} not, in ${seconds} s`);
  if (rows.length === 0) console.log(`no row is called "${words.join(" ")}"`);
  process.exitCode = bad > 0 || rows.length === 0 ? 1 : 0;
}

/** The same text gets the same number. */
function noteFor(text: string): string {
  if (!notes.includes(text)) notes.push(text);
  return `[${notes.indexOf(text) + 1}]`;
}

function withoutPlaces(line: string): string {
  return line
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/\S*mcp-otelkit-install-\w+/g, "APP");
}
