import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { PublicServer } from "./servers.ts";

const CACHE = join(homedir(), ".cache", "mcp-otelkit", "reach");
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];

/** An installed server, or why it is not. */
export type Installed =
  | { readonly folder: string; readonly program: string }
  | { readonly problem: string; readonly offline: boolean };

/** How a client says that there is no registry; any other error is about the one package. */
const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED|Name or service|no such host|dial tcp/;

/** Installs a server into a folder of its own in the user's cache, once. Install scripts do not run: see {@link runScripts}. */
export async function install(server: PublicServer): Promise<Installed> {
  const [kind, name] = kindOf(server);
  const folder = join(CACHE, `${name.replaceAll("/", "+")}@${server.version}`);
  const mark = join(folder, ".installed");
  if (!existsSync(mark)) {
    mkdirSync(folder, { recursive: true });
    const problem = await KINDS[kind].install(folder, name, server.version);
    if (problem !== undefined) return { problem, offline: OFFLINE.test(problem) };
    writeFileSync(mark, "");
  }
  const program = KINDS[kind].program(folder, name, server.bin);
  if (program === undefined || !existsSync(program))
    return { problem: "has no command of this name", offline: false };
  return { folder, program };
}

/** For a package that does not start without what its install scripts build or fetch. Once. @returns whether they have run */
export async function runScripts(server: PublicServer, folder: string): Promise<boolean> {
  const mark = join(folder, ".scripts");
  if (!isNode(server) || existsSync(mark)) return false;
  await run(folder, "npm", ["rebuild", "--foreground-scripts", ...QUIET]);
  writeFileSync(mark, ""); // also where they fail: next time they fail as well
  return true;
}

/** Whether a Node that runs it gets the preload. */
export function isNode(server: PublicServer): boolean {
  return kindOf(server)[0] === "npm";
}

interface Kind {
  /** @returns what went wrong */
  install(folder: string, name: string, version: string): Promise<string | undefined>;
  program(folder: string, name: string, bin: string | undefined): string | undefined;
}

const KINDS = {
  npm: {
    async install(folder, name, version) {
      writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
      const words = ["install", "--ignore-scripts", "--prefer-offline", ...QUIET, `${name}@${version}`];
      return run(folder, "npm", words);
    },
    program(folder, name, bin) {
      const manifest = JSON.parse(
        readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"),
      ) as { bin?: string | Record<string, string> };
      const plain = name.replace(/^.*\//, "");
      const names = typeof manifest.bin === "string" ? [plain] : Object.keys(manifest.bin ?? {});
      const chosen = bin ?? (names.includes(plain) ? plain : names[0]);
      return chosen === undefined ? undefined : join(folder, "node_modules", ".bin", chosen);
    },
  },
  python: {
    install: async (folder, name, version) =>
      (await run(folder, "python3", ["-m", "venv", "."])) ??
      run(folder, join(folder, "bin", "pip"), ["install", "--quiet", `${name}==${version}`]),
    program: (folder, name, bin) => join(folder, "bin", bin ?? name),
  },
  go: {
    install: (folder, name, version) =>
      run(folder, "go", ["install", `${name}@${version}`], { GOBIN: folder }),
    program: (folder, name, bin) => join(folder, bin ?? name),
  },
} as const satisfies Readonly<Record<string, Kind>>;

function kindOf({ name }: PublicServer): [keyof typeof KINDS, string] {
  const [, kind = "npm", rest = name] = /^(python|go):(.*)$/.exec(name) ?? [];
  return [kind as keyof typeof KINDS, rest];
}

/** @returns the end of what it printed, where it failed */
function run(
  cwd: string,
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_(package_|config_)/.test(name));
  const child = spawn(program, words, {
    cwd,
    env: { ...Object.fromEntries(own), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) =>
      resolve(code === 0 ? undefined : output.trim().slice(-600) || `ended with ${code}`),
    );
  });
}
