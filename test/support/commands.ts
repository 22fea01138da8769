// One command that runs the rows of a table, for `npm run prove` and `npm run bench`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { renderTable } from "../matrix/table.ts";
import { prepareHomes } from "./prepare-homes.ts";

export interface Command {
  readonly shows: string;
  readonly minutes: number;
  /** What a machine must have beside Node and npm. */
  readonly needs?: string;
  /** The folders of `test/homes` that are installed before it starts. */
  readonly homes: readonly string[];
  /** What `node` runs, from the root of the repository. */
  readonly node: readonly string[];
}

export type Commands = Readonly<Record<string, Command>>;

export interface Choice {
  readonly name: string;
  readonly words: readonly string[];
}

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs what the arguments name, one after the other, and gives the exit code: 1 when one of them failed. */
export async function runCommands(script: string, table: Commands, args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    console.log(describeCommands(script, table));
    return 0;
  }
  const chosen = choose(table, args);
  if (typeof chosen === "string") {
    console.error(`${chosen}\n\n${describeCommands(script, table)}`);
    return 1;
  }
  await prepareHomes([...new Set(chosen.flatMap(({ name }) => table[name]?.homes ?? []))]);
  const failed: string[] = [];
  for (const { name, words } of chosen) {
    const { node = [] } = table[name] ?? {};
    const child = spawn(process.execPath, [...node, ...words], { cwd: ROOT, stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) failed.push(name);
  }
  if (chosen.length > 1)
    console.log(
      `\n${chosen.length - failed.length} passed, ${failed.length} failed: ${failed.join(", ") || "none"}`,
    );
  return failed.length === 0 ? 0 : 1;
}

/** Names come first; the words after them belong to the last one. A string is an error message. */
export function choose(table: Commands, args: readonly string[]): Choice[] | string {
  const isName = (word: string): boolean => Object.hasOwn(table, word);
  const firstWord = args.findIndex((word, at) => !isName(word) || args.indexOf(word) < at);
  const names = firstWord === -1 ? args : args.slice(0, firstWord);
  if (names.length === 0) return `There is no "${args[0]}".`;
  return names.map((name, at) => ({ name, words: at === names.length - 1 ? args.slice(names.length) : [] }));
}

export function describeCommands(script: string, table: Commands): string {
  const rows = Object.entries(table).map(([name, { shows, minutes, needs = "" }]) => [
    name,
    String(minutes),
    shows,
    needs,
  ]);
  return `npm run ${script} -- NAME [WORD...]\n\n${renderTable(["name", "minutes", "shows", "needs"], rows)}`;
}

/** The same as a table in a document. */
export function commandsAsMarkdown(script: string, table: Commands): string {
  const rows = Object.entries(table).map(
    ([name, { shows, minutes, needs }]) =>
      `| \`npm run ${script} -- ${name}\` | ${shows}${needs === undefined ? "" : `; needs ${needs}`} | ${minutes} |`,
  );
  return ["| command | shows | minutes at most |", "|---|---|---|", ...rows].join("\n");
}
