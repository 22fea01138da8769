import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { keptIn } from "../stack/pins.ts";
import { OPS_BUILDS, type OpsProgram } from "./builds.ts";

/**
 * The oldest version that the files support. Prometheus 3 opened ranges on the left, so `increase` over a window
 * counts one sample less than in 2.x: the values of the rule tests are correct only for 3. Alertmanager 0.25 is the
 * first with secrets by file for every receiver. https://prometheus.io/docs/prometheus/latest/migration/
 */
const OLDEST: Readonly<Record<OpsProgram, readonly [major: number, minor: number]>> = {
  prometheus: [3, 5],
  promtool: [3, 5],
  alertmanager: [0, 25],
  amtool: [0, 25],
};

/** What Debian calls it, where that differs. */
const ALSO_CALLED: Partial<Record<OpsProgram, string>> = { alertmanager: "prometheus-alertmanager" };

/** Where .ci/ops-tools.sh unpacks Debian's packages. */
const UNPACKED = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "mcp-otelkit/ops/usr/bin");

/** Where the program is: built from its pinned module, else new enough in the cache or on the PATH, else nowhere. */
export function found(program: OpsProgram, oldest = OLDEST[program]): string | undefined {
  const build = OPS_BUILDS.find(({ programs }) => programs.includes(program));
  const built = build && join(keptIn(build), program);
  if (built !== undefined && existsSync(built)) return built;
  const names = [program, ALSO_CALLED[program]].filter((name) => name !== undefined);
  return [...names.map((name) => join(UNPACKED, name)), ...names].find((path) =>
    isNewEnough(versionOf(path), oldest),
  );
}

/** Why a test cannot run, in words for people; or undefined. */
export function whyWithout(...programs: OpsProgram[]): string | undefined {
  const missing = programs.filter((program) => found(program) === undefined);
  if (missing.length === 0) return undefined;
  const wanted = missing.map((program) => `${program} >= ${OLDEST[program].join(".")}`).join(", ");
  return `SKIPPED: no ${wanted} on the PATH or in the cache; .ci/ops-tools.sh gets them`;
}

/** For the name of a test or a group: nothing where it runs, the reason where it is skipped. */
export const skipping = (reason: string | undefined): string => (reason === undefined ? "" : ` ${reason}`);

function versionOf(name: string): string {
  const { stdout, stderr } = spawnSync(name, ["--version"], { encoding: "utf8" });
  return /version (\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? "";
}

function isNewEnough(version: string, [major, minor]: readonly [number, number]): boolean {
  if (version === "") return false;
  const [itsMajor = 0, itsMinor = 0] = version.split(".").map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
