import {
  cpSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { home } from "./homes.ts";

const FIXTURES = join(dirname(dirname(fileURLToPath(import.meta.url))), "fixtures");

export interface Sandbox {
  /** Where the programs are. */
  folder: string;
  path(...names: string[]): string;
  remove(): void;
}

/**
 * A temporary folder with copies of the programs of `test/fixtures/<fixtures>` and a node_modules that points into
 * homes: the programs import an SDK under its real name, and find the copies of exactly these homes. Copies, since
 * Node looks for packages beside a program's real place; links to packages, since those have their own.
 */
export async function createSandbox(fixtures: string, ...homes: string[]): Promise<Sandbox> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "mcp-otelkit-"));
  cpSync(join(FIXTURES, fixtures), folder, { recursive: true });
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of homes) linkPackages(join(await home(name), "node_modules"), modules);
  return {
    folder,
    path: (...names) => join(folder, ...names),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every package (or scope) of a home under its own name; the first home that has it wins. */
function linkPackages(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.startsWith(".") || existsSync(join(to, name))) continue;
    symlinkSync(join(from, name), join(to, name), "junction");
  }
}
