import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs a program to its end and returns its output; an error contains the program's stderr in its message. */
export async function run(file: string, args: string[], cwd: string) {
  return await execute(file, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
}

/** Scripts are turned off: packing must not depend on a later `prepack`, and installing must not run any. */
export async function npm(args: string[], cwd: string) {
  const { stdout } = await run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund"], cwd);
  return stdout;
}

export interface Packed {
  filename: string;
  files: { path: string; size: number }[];
}

export async function pack(...options: string[]): Promise<Packed> {
  const [packed] = JSON.parse(await npm(["pack", "--json", ...options], root)) as Packed[];
  if (!packed) throw new Error("npm pack described no tarball");
  return packed;
}
