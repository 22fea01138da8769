import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";

export type Format = "esm" | "cjs";

/** What is to be made of `server.mjs` in the folder where the bundler runs. */
export interface Order {
  readonly format: Format;
  readonly minify: boolean;
  /** Where the bundle goes: an absolute path that ends in `.mjs` or `.cjs`. */
  readonly file: string;
}

interface Bundler {
  /** What `node`, or a program, runs. */
  command(order: Order): readonly string[];
  /** Where the bundler chooses the name itself. */
  readonly made?: (order: Order) => string;
  /** A program that is no script of Node's. */
  readonly native?: true;
}

const packed = (name: string): Bundler => ({
  command: ({ format, minify, file }) => ["pack.mjs", name, format, String(minify), file],
});
const flag = (given: boolean, word: string): string[] => (given ? [word] : []);
const es = (format: Format): string => (format === "esm" ? "es" : "cjs");
const M = "node_modules";

/** One row a bundler: how its users call it. */
export const BUNDLERS: Readonly<Record<string, Bundler>> = {
  esbuild: {
    native: true,
    command: ({ format, minify, file }) => [
      `${M}/esbuild/bin/esbuild`,
      "server.mjs",
      "--bundle",
      "--platform=node",
      "--log-level=error",
      `--format=${format}`,
      `--outfile=${file}`,
      ...flag(minify, "--minify"),
    ],
  },
  rollup: {
    command: ({ format, minify, file }) => [
      `${M}/rollup/dist/bin/rollup`,
      "server.mjs",
      "--silent",
      ...["node-resolve={preferBuiltins:true,exportConditions:['node']}", "commonjs", "json"].flatMap(
        (name) => ["-p", name],
      ),
      ...(minify ? ["-p", "terser"] : []),
      "--inlineDynamicImports",
      `--format=${es(format)}`,
      `--file=${file}`,
    ],
  },
  rolldown: {
    command: ({ format, minify, file }) => [
      `${M}/rolldown/bin/cli.mjs`,
      "server.mjs",
      "--platform=node",
      `--format=${format}`,
      `--file=${file}`,
      ...flag(minify, "--minify"),
    ],
  },
  webpack: packed("webpack"),
  Rspack: packed("rspack"),
  tsup: packed("tsup"),
  Vite: packed("vite"),
  // Parcel 2.16 loses a namespace that is exported as the default, and a default that is exported by a name: its bundles end
  // with a ReferenceError of their own. `alias` in package.json takes the CommonJS of those modules.
  Parcel: {
    command: ({ format, minify }) => [
      `${M}/parcel/lib/bin.js`,
      "build",
      `--target=${format}`,
      "--no-cache",
      "--log-level=error",
      ...flag(!minify, "--no-optimize"),
    ],
    made: ({ format }) => join(`parcel-${format}`, "server.js"),
  },
  bun: {
    native: true,
    command: ({ format, minify, file }) => [
      `${M}/@oven/bun-linux-x64/bin/bun`,
      "build",
      "server.mjs",
      "--target=node",
      `--format=${format}`,
      `--outfile=${file}`,
      ...flag(minify, "--minify"),
    ],
  },
  ncc: {
    // ncc follows the kind of its entry.
    command: ({ format, minify }) => [
      `${M}/@vercel/ncc/dist/ncc/cli.js`,
      "build",
      format === "esm" ? "server.mjs" : "server.js",
      "--quiet",
      "--out",
      `ncc-${format}`,
      ...flag(minify, "--minify"),
    ],
    made: ({ format }) => join(`ncc-${format}`, `index.${format === "esm" ? "mjs" : "js"}`),
  },
};

/** The words that start a bundler; `undefined` where it is not installed on this platform. */
export function commandOf(name: string, order: Order, folder: string): readonly string[] | undefined {
  const bundler = BUNDLERS[name];
  if (bundler === undefined) throw new Error(`no bundler ${name}`);
  const [program = "", ...words] = bundler.command(order);
  if (!existsSync(join(folder, program))) return undefined;
  mkdirSync(dirname(order.file), { recursive: true });
  return bundler.native === true ? [join(folder, program), ...words] : [process.execPath, program, ...words];
}

/** Puts the bundle where it was ordered. */
export function collect(name: string, order: Order, folder: string): void {
  const made = BUNDLERS[name]?.made?.(order);
  if (made !== undefined) renameSync(join(folder, made), order.file);
}
