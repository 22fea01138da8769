// The real servers, built from the pinned modules in go/, once. The Go proxy and its checksum database are all it needs.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILDS, folderOf, keptIn, type Build, type Program } from "./pins.ts";

export interface Built<Name extends string = Program> {
  readonly program: Name;
  readonly path: string;
  readonly bytes: number;
  /** How long its build took, that of its module's other programs included. With warm Go caches that is not the whole. */
  readonly seconds: number;
  /** Whether it was built by this call. */
  readonly now: boolean;
}

/** Why there are no programs, in words for the person who wanted them; or undefined. */
export function whyNotBuildable(): string | undefined {
  if (BUILDS.every((build) => existsSync(keptIn(build)))) return undefined;
  if (spawnSync("go", ["version"]).status === 0) return undefined;
  return "there is no Go on this machine, and the Collector, Prometheus, Loki and Jaeger are built by it: install Go 1.26 (https://go.dev/dl/) and run this again";
}

/** One after the other: each of them alone fills the machine. */
export async function buildAll(tell: (line: string) => void): Promise<Built[]> {
  const built: Built[] = [];
  for (const build of BUILDS) built.push(...(await ensure(build, tell)));
  return built;
}

export async function ensure<Name extends string>(
  build: Build<Name>,
  tell: (line: string) => void,
): Promise<Built<Name>[]> {
  const place = keptIn(build);
  const now = !existsSync(place);
  if (now) {
    tell(`building ${build.programs.join(" and ")} (minutes, once; kept in ${place})`);
    await make(build, place);
  }
  const { seconds } = JSON.parse(readFileSync(join(place, "build.json"), "utf8")) as { seconds: number };
  return build.programs.map((program) => {
    const path = join(place, program);
    return { program, path, bytes: statSync(path).size, seconds, now };
  });
}

/** Made beside its place and renamed into it when it is whole, so that an interrupted build leaves nothing that looks built. */
async function make(build: Build<string>, place: string): Promise<void> {
  const workshop = `${place}.${process.pid}`;
  mkdirSync(workshop, { recursive: true });
  try {
    const began = Date.now();
    const { args, env } = build.command(workshop);
    await go(args, folderOf(build), { ...env });
    const seconds = Math.round((Date.now() - began) / 1000);
    writeFileSync(join(workshop, "build.json"), JSON.stringify({ seconds }));
    if (!existsSync(place)) renameSync(workshop, place);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function go(args: readonly string[], cwd: string, env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    // `nice`: whoever works on this machine meanwhile should not notice. CGO off: no C compiler is asked for.
    const child = spawn("nice", ["-n", "15", "go", ...args], {
      cwd,
      env: { ...process.env, CGO_ENABLED: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go ${args.join(" ")} in ${cwd} ended with ${code}:\n${said.slice(-4000)}`));
    });
  });
}

/** Aligned columns, for people and for a CI that budgets its time. */
export function describeBuilds(built: readonly Built<string>[]): string {
  const rows = built.map(({ program, bytes, seconds, now }) => [
    program,
    `${seconds} s`,
    `${Math.round(bytes / 1e6)} MB`,
    now ? "built now" : "from the cache",
  ]);
  return [["program", "build", "size", ""], ...rows]
    .map(([a = "", b = "", c = "", d = ""]) =>
      `${a.padEnd(12)}${b.padStart(8)}${c.padStart(9)}  ${d}`.trimEnd(),
    )
    .join("\n");
}
