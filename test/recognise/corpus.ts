import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayHoldSdk, recognise } from "../../src/hook/loader/shapes/recognise.ts";
import { PACKAGE_NAMES } from "./package-names.ts";

const BATCH = 25;

/** What looking at a tree of packages found and cost. */
export interface Look {
  readonly files: number;
  readonly bytes: number;
  /** Milliseconds for reading the files, and for the one search in each. */
  readonly readMs: number;
  readonly searchMs: number;
  /** Files that have the text, and how long they took; and those that would be changed. */
  readonly read: readonly string[];
  readonly scanMs: number;
  readonly touched: readonly string[];
}

/** Looks at every script below a folder as the load hook does, whether a program would load it or not. */
export function lookThrough(folder: string): Look {
  const look = { files: 0, bytes: 0, readMs: 0, searchMs: 0, scanMs: 0 };
  const read: string[] = [];
  const touched: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.[cm]?js$/.test(name)) continue;
    const path = join(folder, name);
    const began = performance.now();
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      continue; // a folder of this name
    }
    const has = performance.now();
    const worthMore = mayHoldSdk(bytes);
    const searched = performance.now();
    look.files += 1;
    look.bytes += bytes.length;
    look.readMs += has - began;
    look.searchMs += searched - has;
    if (!worthMore) continue;
    read.push(name);
    if (recognise(path, "esm", bytes.toString()) !== undefined) touched.push(name);
    look.scanMs += performance.now() - searched;
  }
  return { ...look, read, touched };
}

export function describeLook({ files, bytes, readMs, searchMs, scanMs, read, touched }: Look): string {
  const perMegabyte = ((searchMs * 1000) / (bytes / 1_000_000)).toFixed(0);
  return (
    `${files} scripts of ${(bytes / 1_000_000).toFixed(0)} MB: read in ${readMs.toFixed(0)} ms, searched in ${searchMs.toFixed(0)} ms ` +
    `(${((searchMs * 1000) / files).toFixed(1)} µs a file, ${perMegabyte} µs a MB); ` +
    `${read.length} with the text, scanned in ${scanMs.toFixed(0)} ms; ${touched.length} touched`
  );
}

/** Installs the packages in batches, each in a folder that is deleted. @returns how many files would be changed */
export async function lookThroughPackages(): Promise<number> {
  console.log(`\n${PACKAGE_NAMES.length} packages without an SDK, and all that they need`);
  let wrong = 0;
  for (let from = 0; from < PACKAGE_NAMES.length; from += BATCH) {
    const names = PACKAGE_NAMES.slice(from, from + BATCH);
    const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-packages-"));
    try {
      writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
      const words = [
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--legacy-peer-deps",
        "--prefer-offline",
        "--loglevel=error",
      ];
      const { status, stderr } = spawnSync("npm", [...words, ...names], { cwd: folder, encoding: "utf8" });
      if (status !== 0) {
        wrong += 1;
        console.log(`${names.join(" ")}: not installed: ${stderr.slice(0, 300)}`);
        continue;
      }
      const look = lookThrough(join(folder, "node_modules"));
      wrong += look.touched.length;
      console.log(`${names[0]} to ${names.at(-1)}: ${describeLook(look)}`);
      for (const file of look.touched) console.log(`  touched: ${file}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return wrong;
}
