import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One small Go module per program: their dependencies contradict each other. */
const MODULES = fileURLToPath(new URL("go/", import.meta.url));

/** Outside the repository. */
export const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "mcp-otelkit", "stack");

export const PROGRAMS = ["otelcol", "prometheus", "promtool", "jaeger", "victoria-logs"] as const;
export type Program = (typeof PROGRAMS)[number];

export interface Build<Name extends string = Program> {
  readonly module: string;
  readonly programs: readonly Name[];
  /** What is run in the module's folder; the programs are then in `into`. */
  command(into: string): {
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
}

const goBuild = (into: string, ...words: string[]) => ({
  args: ["build", "-trimpath", "-ldflags=-s -w", "-o", `${into}/`, ...words],
});

/** Ordered by how much they prove per minute of building. */
export const BUILDS: readonly Build[] = [
  {
    module: "otelcol",
    programs: ["otelcol"],
    // The Collector Builder reads its configuration's keys from the environment as well; the manifest itself names no path.
    command: (into) => ({
      args: ["tool", "builder", "--config", "manifest.yaml"],
      env: { "dist.output_path": into },
    }),
  },
  {
    module: "prometheus",
    programs: ["prometheus", "promtool"],
    // Without the service discoveries of the clouds: half the build time. Without `builtinassets`: the module has no web UI.
    command: (into) =>
      goBuild(
        into,
        "-tags=netgo,remove_all_sd",
        "github.com/prometheus/prometheus/cmd/prometheus",
        "github.com/prometheus/prometheus/cmd/promtool",
      ),
  },
  {
    module: "jaeger",
    programs: ["jaeger"],
    command: (into) => goBuild(into, "github.com/jaegertracing/jaeger/cmd/jaeger"),
  },
  {
    module: "victorialogs",
    programs: ["victoria-logs"],
    command: (into) => goBuild(into, "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs"),
  },
];

export function folderOf({ module }: Pick<Build, "module">): string {
  return join(MODULES, module);
}

/** Where a build is kept: under a name that changes with everything that it depends on. */
export function keptIn(build: Build<string>): string {
  const hash = createHash("sha256").update(JSON.stringify(build.command("")));
  const folder = folderOf(build);
  for (const file of readdirSync(folder).toSorted())
    hash.update(file).update(readFileSync(join(folder, file)));
  return join(CACHE, `${build.module}-${hash.digest("hex").slice(0, 16)}`);
}
