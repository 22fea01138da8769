import { spawn } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { home } from "../support/homes.ts";
import { patience } from "../support/patience.ts";

/** A new project, and the tools that its package manager may use. */
export interface Place {
  readonly folder: string;
  /** Kept for the whole run, so that a package is downloaded once. */
  readonly cache: string;
  readonly node: string;
}

export interface Manager {
  readonly name: string;
  /** Installs what package.json lists. */
  install(place: Place): Promise<void>;
  add(place: Place, ...packages: string[]): Promise<void>;
  /** Runs a program of the project, as the manager would have it. */
  run(place: Place, words: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran>;
  size(place: Place): Size;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Size {
  readonly packages: number;
  readonly bytes: number;
}

const INSTALL_MS = patience(120_000);
const RUN_MS = patience(15_000);
const QUIETLY = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];

export const MANAGERS: readonly Manager[] = [npm("npm-10"), npm("npm-11"), pnpm(), yarn()];

function npm(name: string): Manager {
  const command = async (place: Place, ...words: string[]): Promise<void> =>
    void (await must(place, await program(name, "bin/npm-cli.js"), [...words, ...QUIETLY]));
  return {
    name: name.replace("-", " "),
    install: (place) => command(place, "install"),
    add: (place, ...packages) => command(place, "install", ...packages),
    run: (place, words, env) => run(place, place.node, words, RUN_MS, env),
    size: ({ folder }) => sizeOfModules(join(folder, "node_modules")),
  };
}

function pnpm(): Manager {
  const command = async (place: Place, ...words: string[]): Promise<void> =>
    void (await must(place, await program("pnpm", "bin/pnpm.cjs"), [
      ...words,
      "--ignore-scripts",
      "--prefer-offline",
      `--store-dir=${join(place.cache, "pnpm")}`,
    ]));
  return {
    name: "pnpm",
    install: (place) => command(place, "install"),
    add: (place, ...packages) => command(place, "add", ...packages),
    run: (place, words, env) => run(place, place.node, words, RUN_MS, env),
    size: ({ folder }) => sizeOfModules(join(folder, "node_modules")),
  };
}

/** Plug'n'Play: packages stay in archives, and Node finds them by a preload of Yarn's. */
function yarn(): Manager {
  const cli = () => program("@yarnpkg/cli-dist", "bin/yarn.js");
  return {
    name: "Yarn PnP",
    async install(place) {
      const registry = (
        await must(place, await program("npm-11", "bin/npm-cli.js"), ["config", "get", "registry"])
      ).trim();
      const settings = {
        nodeLinker: "pnp",
        enableTelemetry: false,
        enableScripts: false,
        enableImmutableInstalls: false,
        enableGlobalCache: false,
        compressionLevel: 0, // so that an archive is as large as the files in it
        globalFolder: join(place.cache, "yarn"),
        npmRegistryServer: registry.replace(/\/$/, ""),
        unsafeHttpWhitelist: [new URL(registry).hostname],
      };
      // JSON is YAML.
      writeFileSync(join(place.folder, ".yarnrc.yml"), JSON.stringify(settings));
      writeFileSync(join(place.folder, "yarn.lock"), "");
      await must(place, await cli(), ["install"]);
    },
    add: async (place, ...packages) =>
      void (await must(place, await cli(), [
        "add",
        ...packages.map((name) => (name.endsWith(".tgz") ? `mcp-otelkit@file:${name}` : name)),
      ])),
    run: async (place, words, env) => run(place, place.node, [await cli(), "node", ...words], RUN_MS, env),
    size: ({ folder }) => {
      const cache = join(folder, ".yarn", "cache");
      const archives = readdirSync(cache).filter((name) => name.endsWith(".zip"));
      return {
        packages: archives.length,
        bytes: archives.reduce((sum, name) => sum + statSync(join(cache, name)).size, 0),
      };
    },
  };
}

async function program(name: string, file: string): Promise<string> {
  return join(await home("package-managers"), "node_modules", name, file);
}

async function must(place: Place, file: string, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(place, place.node, [file, ...words], INSTALL_MS);
  if (code !== 0)
    throw new Error(`${words.join(" ")} ended with ${code}: ${`${stdout}\n${stderr}`.trim().slice(-800)}`);
  return stdout;
}

/** With the user's settings of npm, and without what `npm run` and CI have put into the environment. */
function run(
  { folder, node }: Place,
  file: string,
  words: readonly string[],
  limitMs: number,
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|CI$|NODE_OPTIONS$|OTEL_)/.test(name),
  );
  const child = spawn(file, words, {
    cwd: folder,
    env: {
      ...Object.fromEntries(inherited),
      PATH: `${dirname(node)}:${process.env["PATH"]}`,
      ...npmSettings(),
      ...more,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...output });
    });
  });
}

/** Only the machine knows its package registry, and perhaps only its environment names it. */
function npmSettings(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      /^npm_config_(registry|.*auth.*|cafile|proxy|https_proxy|noproxy|userconfig|globalconfig|cache)$/i.test(
        name,
      ) && value
        ? [[name, value]]
        : [],
    ),
  );
}

/** Every real package folder below, nested ones and pnpm's store for the project included; links are not counted. */
function sizeOfModules(modules: string): Size {
  let size: Size = { packages: 0, bytes: 0 };
  const add = (more: Size): void => {
    size = { packages: size.packages + more.packages, bytes: size.bytes + more.bytes };
  };
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    const path = join(modules, entry.name);
    if (!entry.isDirectory() || entry.name === ".bin") continue;
    if (entry.name === ".pnpm") {
      for (const each of readdirSync(path, { withFileTypes: true }))
        if (each.isDirectory() && each.name !== "node_modules")
          add(sizeOfModules(join(path, each.name, "node_modules")));
    } else if (entry.name.startsWith("@")) add(sizeOfModules(path));
    else if (!entry.name.startsWith(".")) add(sizeOfPackage(path));
  }
  return size;
}

function sizeOfPackage(folder: string): Size {
  let bytes = 0;
  let nested: Size = { packages: 0, bytes: 0 };
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path.slice(folder.length).includes("/node_modules/")) continue;
    if (entry.isFile()) bytes += statSync(path).size;
    else if (entry.isDirectory() && entry.name === "node_modules") nested = sizeOfModules(path);
  }
  return { packages: 1 + nested.packages, bytes: bytes + nested.bytes };
}
