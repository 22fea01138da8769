/**
 * `npm run prove -- reach`: installs the public servers of `servers.ts` and talks to each plain, with the preload alone, and through
 * `run`: who is seen, and whether anything is different. Prints a table and what share of the list is seen. Exits 1 where that is less
 * than the goal, where `run` does not see a server, or where something is different. Words choose packages by their name;
 * `--node=20` takes another Node than 24, `--rounds=1` has fewer conversations, `--at-once=2` more of them at a time, with worse start times. What is installed stays in the user's cache.
 */
import { nodeBinary, type NodeMajor } from "../support/homes.ts";
import { inTurn } from "../matrix/in-turn.ts";
import { renderTable } from "../matrix/table.ts";
import { measure, type Measured, type Seen } from "./measure.ts";
import { startRemote } from "./remote.ts";
import { DOWNLOADS_READ_ON, PUBLIC_SERVERS } from "./servers.ts";
import { describeShares, missesGoal, sharesOf } from "./shares.ts";

const args = process.argv.slice(2);
const words = args.filter((arg) => !arg.startsWith("--"));
const option = (name: string, otherwise: number): number =>
  Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1] ?? otherwise);
const node = await nodeBinary(option("node", 24) as NodeMajor);
const rounds = option("rounds", 3);
const chosen = PUBLIC_SERVERS.filter(
  ({ name }) => words.length === 0 || words.some((word) => name === word || name.includes(`/${word}`)),
);
const remote = await startRemote();
const began = Date.now();

const measured = await inTurn(chosen, option("at-once", 1), async (server): Promise<Measured> => {
  const row = await measure(server, { node, remote: remote.url, rounds });
  process.stderr.write(`${cellsOf(row).join(" | ")}\n`);
  return row;
});
remote.close();

const ran = measured.filter(({ problem }) => problem === undefined);
if (ran.length === 0) {
  const nothing = measured.some((row) => row.offline)
    ? "no package registry answers here"
    : "no server runs here";
  console.log(`${nothing}, so nothing is shown (${chosen.length} chosen)`);
  process.exitCode = 1;
} else report(ran);

function report(rows: readonly Measured[]): void {
  console.log(
    `\n${rows.length} servers, downloads of a month as read on ${DOWNLOADS_READ_ON} ("tool": an MCP server is one of its commands); ` +
      `${rounds} rounds\n`,
  );
  const head = ["package", "downloads", "preload", "spans", "stdout", "exit", "start", "through", "run"];
  console.log(renderTable(head, rows.map(cellsOf)));
  const absent = measured.filter(({ problem }) => problem !== undefined);
  if (absent.length > 0) {
    console.log(`\n${absent.length} do not run here, and are not counted:`);
    for (const { server, problem } of absent) console.log(`  ${titleOf(server)}: ${problem?.split("\n")[0]}`);
  }
  const faults = rows.flatMap(faultsOf);
  if (faults.length > 0) console.log(`\n${faults.join("\n")}`);
  const shares = sharesOf(rows);
  console.log(`\n${describeShares(shares)}\nin ${Math.round((Date.now() - began) / 1000)} s`);
  process.exitCode = missesGoal(shares, words.length === 0) || rows.some(isDifferent) ? 1 : 0;
}

function titleOf({ name, version }: Measured["server"]): string {
  return `${name} ${version}`;
}

function cellsOf({ server, problem, preload, addedMs, run }: Measured): string[] {
  if (problem !== undefined) return [titleOf(server), "does not run here", problem.split("\n")[0] ?? ""];
  const downloads = server.tool ? "tool" : (server.downloads?.toLocaleString("en") ?? "");
  return [
    titleOf(server),
    downloads,
    ...(preload === undefined
      ? ["", "", "", "", "", ""]
      : [
          preload.seen ? "seen" : "NOT SEEN",
          String(preload.spans),
          preload.stdout.length === 0 ? "same" : "DIFFERENT",
          preload.status === undefined ? "same" : "DIFFERENT",
          `${Math.round(addedMs ?? Number.NaN)} ms`,
          preload.through.slice(0, 90),
        ]),
    run === undefined ? "" : `${run.seen ? "seen" : "NOT SEEN"} ${run.spans} ${ofRun(run)}`.trim(),
  ];
}

/** Of `run`, only what is not as it should be or not as above. */
function ofRun({ stdout, status, through }: Seen): string {
  return [
    stdout.length === 0 ? "" : "STDOUT DIFFERENT",
    status === undefined ? "" : "EXIT DIFFERENT",
    through.includes("from outside") ? "from outside" : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function isDifferent({ preload, run }: Measured): boolean {
  return [preload, run].some(
    (seen) =>
      seen !== undefined && (seen.stdout.length > 0 || seen.status !== undefined || seen.lost !== undefined),
  );
}

function faultsOf({ server, preload, run }: Measured): string[] {
  const of = (how: string, seen: Seen | undefined): string[] =>
    seen === undefined
      ? []
      : [
          ...(seen.seen ? [] : [`not seen: ${seen.through}`]),
          ...(seen.lost === undefined ? [] : [`${seen.spans} spans: ${seen.lost}`]),
          ...seen.stdout.map((line) => `stdout, ${line.slice(0, 300)}`),
          ...(seen.status === undefined ? [] : [`ends with ${seen.status}`]),
        ].map((fault) => `${titleOf(server)}, ${how}: ${fault}`);
  return [...of("preload", preload), ...of("run", run)];
}
