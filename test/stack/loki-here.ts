// The tests use an installed Loki, and never build or ship it: it is under the AGPL, and the package ships only
// configuration for it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Described } from "./service.ts";

/** A program on the PATH, or an image that a container engine runs. */
export type Loki = { readonly program: string } | { readonly engine: string; readonly image: string };

type Run = (command: string, ...words: string[]) => { readonly status: number | null; readonly said: string };

const COMPOSE = fileURLToPath(new URL("../../collector/compose/compose.yaml", import.meta.url));

/** Why the tests of Loki are left out, in words for people. */
export const NO_LOKI =
  "there is no `loki` on the PATH and no container engine answers. Install Loki (https://grafana.com/docs/loki/latest/setup/install/) or start Docker or Podman";

export function findLoki(run: Run = really): Loki | undefined {
  // Debian has another program of this name, for genetics.
  if (/^loki, version/m.test(run("loki", "-version").said)) return { program: "loki" };
  const engine = ["docker", "podman"].find((name) => run(name, "info").status === 0);
  if (engine === undefined) return undefined;
  const [image = ""] = /grafana\/loki:[\d.]+/.exec(readFileSync(COMPOSE, "utf8")) ?? [];
  return { engine, image };
}

/** How it is started. A container shares the host's network, so that addresses are the same either way. */
export function commandOf(
  loki: Loki,
  config: string,
  env: Readonly<Record<string, string>>,
): Pick<Described, "program" | "args" | "env" | "cleanUp"> {
  const switches = (file: string): string[] => [`-config.file=${file}`, "-config.expand-env=true"];
  if ("program" in loki) return { program: loki.program, args: switches(config), env };
  const name = `mcp-otelkit-loki-${env["LOKI_HTTP_PORT"]}`;
  const data = env["LOKI_DATA_DIR"] ?? "";
  return {
    program: loki.engine,
    args: [
      "run",
      "--rm",
      `--name=${name}`,
      "--network=host",
      `--user=${process.getuid?.() ?? 0}`,
      `--volume=${config}:/etc/loki-config/loki.yaml:ro`,
      `--volume=${data}:${data}`,
      ...Object.entries(env).map(([key, value]) => `--env=${key}=${value}`),
      loki.image,
      ...switches("/etc/loki-config/loki.yaml"),
    ],
    // The engine's client can be killed without its container noticing.
    cleanUp: [loki.engine, "rm", "--force", name],
  };
}

function really(command: string, ...words: string[]): ReturnType<Run> {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  return { status, said: `${stdout ?? ""}${stderr ?? ""}` };
}
