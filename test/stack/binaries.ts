// The real servers, built from the pinned modules in go/, once. The Go proxy and its checksum database are all it needs.
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { BUILDS, folderOf, keptIn, type Build, type Program } from "./pins.ts";

const TELL_EVERY_MS = 10_000;

export interface Built<Name extends string = Program> {
  readonly program: Name;
  readonly path: string;
  readonly bytes: number;
  /** How long its build took, that of its module's other programs included. With warm Go caches that is not the whole. */
  readonly seconds: number;
  /** Whether it was built by this call. */
  readonly now: boolean;
}

/** The modules whose programs are not in the cache. */
export function unbuilt(): string[] {
  return BUILDS.filter((build) => !isBuilt(build)).map(({ module }) => module);
}

export function isBuilt(build: Build<string>): boolean {
  return isWhole(build, keptIn(build));
}

/** Why there are no programs, in words for people; or undefined. */
export function whyNotBuildable(): string | undefined {
  if (unbuilt().length === 0) return undefined;
  if (spawnSync("go", ["version"]).status === 0) return undefined;
  return "there is no Go on this machine, and the Collector, Prometheus, Jaeger and VictoriaLogs are built by it: install Go 1.26 (https://go.dev/dl/) and run this again";
}

/** One after the other: each of them alone uses the whole machine. */
export async function buildAll(tell: (line: string) => void, stop?: AbortSignal): Promise<Built[]> {
  const built: Built[] = [];
  for (const build of BUILDS) built.push(...(await ensure(build, tell, stop)));
  return built;
}

export async function ensure<Name extends string>(
  build: Build<Name>,
  tell: (line: string) => void,
  stop?: AbortSignal,
): Promise<Built<Name>[]> {
  const place = keptIn(build);
  removeLeftovers(place);
  const now = !isWhole(build, place);
  if (now) {
    tell(`building ${build.programs.join(" and ")} (minutes, once; kept in ${place})`);
    await make(build, place, tell, stop);
  }
  const { seconds } = JSON.parse(readFileSync(join(place, "build.json"), "utf8")) as { seconds: number };
  return build.programs.map((program) => {
    const path = join(place, program);
    return { program, path, bytes: statSync(path).size, seconds, now };
  });
}

/** All programs, and the note that is written last. */
function isWhole({ programs }: Build<string>, place: string): boolean {
  return [...programs, "build.json"].every((file) => existsSync(join(place, file)));
}

/** What a build that was killed has left: a workshop whose process is gone. */
export function removeLeftovers(place: string): void {
  const folder = dirname(place);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = /\.(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // there, and another user's
  }
}

/** Made beside its place and renamed into it when it is whole, so that an interrupted build leaves nothing that looks built. */
async function make(
  build: Build<string>,
  place: string,
  tell: (line: string) => void,
  stop?: AbortSignal,
): Promise<void> {
  const workshop = `${place}.${process.pid}`;
  mkdirSync(workshop, { recursive: true });
  const began = Date.now();
  const seconds = (): number => Math.round((Date.now() - began) / 1000);
  let packages = 0;
  const progress = setInterval(() => {
    // The Collector's builder keeps to itself what Go tells it.
    tell(`  ${build.module}: ${seconds()} s${packages > 0 ? `, ${packages} packages compiled` : ""}`);
  }, TELL_EVERY_MS);
  try {
    const { args, env } = build.command(workshop);
    await go(args, folderOf(build), { ...env }, (lines) => (packages += lines), stop);
    writeFileSync(join(workshop, "build.json"), JSON.stringify({ seconds: seconds() }));
    if (!isWhole(build, place)) {
      rmSync(place, { recursive: true, force: true });
      renameSync(workshop, place);
    }
  } finally {
    clearInterval(progress);
    rmSync(workshop, { recursive: true, force: true });
  }
}

function go(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  compiled: (packages: number) => void,
  stop?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // `nice`: other work on this machine has priority. CGO off: no C compiler is needed. `-v` prints each package
    // that is compiled; by the environment, since the arguments are part of the name that a build is kept under.
    const child = spawn("nice", ["-n", "15", "go", ...args], {
      cwd,
      env: {
        ...process.env,
        CGO_ENABLED: "0",
        GOFLAGS: `${process.env["GOFLAGS"] ?? ""} -v`.trim(),
        GOGC: process.env["GOGC"] ?? "400", // the compiler collects garbage less often: memory for time
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a separate group, ended as one
    });
    const kill = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    };
    stop?.addEventListener("abort", kill);
    process.on("exit", kill);
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        compiled(text.split("\n").filter((line) => /^[\w.-]+(\/[\w.~-]+)*$/.test(line)).length);
      });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      stop?.removeEventListener("abort", kill);
      process.off("exit", kill);
      if (code === 0) resolve();
      else if (stop?.aborted)
        reject(new Error("Ended while it was building; what was half built is removed."));
      else
        reject(
          new Error(`go ${args.join(" ")} in ${cwd} ended with ${code ?? signal}:\n${said.slice(-4000)}`),
        );
    });
  });
}

export function programsOf(built: readonly Built[]): Record<Program, string> {
  return Object.fromEntries(built.map(({ program, path }) => [program, path])) as Record<Program, string>;
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
