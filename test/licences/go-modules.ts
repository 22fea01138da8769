// The licence of every Go module in a program. A program knows its modules; their texts are in the module cache.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isPermissive, licenceOf } from "./licence.ts";

/**
 * Accepted by name although the licence requires more than a notice: under the MPL 2.0, changes to a file must be
 * published. Nothing is changed here, and the package ships nothing of it: these are parts of programs that run in
 * the tests and on a developer's machine.
 */
const FILE_COPYLEFT = /^github\.com\/hashicorp\//;

/** Modules without a licence text, and where their authors declare it. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {};

/** `path@version`, replacements in the place of what they replace. https://pkg.go.dev/cmd/go#hdr-Print_Go_version */
export function modulesOf(program: string): string[] {
  const lines = execFileSync("go", ["version", "-m", program], { encoding: "utf8" }).split("\n");
  const modules: string[] = [];
  for (const line of lines) {
    const [, kind, path, version = ""] = line.split("\t");
    if (kind === "=>") modules.pop();
    if ((kind === "dep" || kind === "=>") && path !== undefined) modules.push(`${path}@${version}`);
  }
  return modules;
}

/** Those that may not be built from, with their licences. */
export function refusedOf(modules: readonly string[]): string[] {
  return modules
    .map((module) => [module, licencesOf(module)] as const)
    .filter(
      ([module, licences]) =>
        licences.length === 0 ||
        licences.some(
          (licence) => !isPermissive(licence) && !(licence === "MPL-2.0" && FILE_COPYLEFT.test(module)),
        ),
    )
    .map(([module, licences]) => `${module}: ${licences.join(", ") || "no licence found"}`);
}

function licencesOf(module: string): string[] {
  const said = SAID_ELSEWHERE[module.replace(/@.*/, "")];
  if (said !== undefined) return [said];
  const folder = folderOf(module);
  return (
    readdirSync(folder)
      .filter(
        (name) => /^(licen[cs]e|copying|unlicense)/i.test(name) && statSync(join(folder, name)).isFile(),
      )
      // Go's source by that name, and the licence of a documentation that is in no program.
      .filter((name) => !/\.(go|docs)$/i.test(name))
      .map((name) => licenceOf(readFileSync(join(folder, name), "utf8")) ?? `unknown (${name})`)
  );
}

/** In the module cache; fetched again where the cache was cleaned. https://go.dev/ref/mod#module-cache */
function folderOf(module: string): string {
  const cache = execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" }).trim();
  const folder = join(
    cache,
    module.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`),
  );
  if (existsSync(folder)) return folder;
  const answer = execFileSync("go", ["mod", "download", "-json", module], { encoding: "utf8", cwd: "/" });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}
