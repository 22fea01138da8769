// OpenTelemetry's own output goes to stderr, whatever OTEL_LOG_LEVEL says and whichever code has set it up.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installedPackage, type OtelLine } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { PRELOAD, PROGRAMS, type Ended } from "./program.ts";
import { startServer } from "./stdio-host.ts";
import { describeVariants } from "../support/variants.ts";

/** The two levels at which the most, and the first, is printed on stdout without mcp-otelkit. */
const LOUD = ["info", "all"];
const LEVELS = ["", "none", "error", "warn", "info", "debug", "verbose", "all", "INFO", "louder"];

/** No server listens there: every export fails and logs an error. */
const DEAD_END = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT: "300" };
const TRACES_ALONE = { OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" };
const CONSOLE = {
  OTEL_TRACES_EXPORTER: "console",
  OTEL_METRICS_EXPORTER: "console",
  OTEL_LOGS_EXPORTER: "console",
};

interface Mode {
  readonly title: string;
  readonly levels: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly flags: (preload: readonly string[]) => readonly string[];
}

const MODES: readonly Mode[] = [
  { title: "ours, on the console", levels: LEVELS, env: CONSOLE, flags: (preload) => preload },
  { title: "ours, without a collector", levels: LOUD, env: DEAD_END, flags: (preload) => preload },
  {
    title: "a configuration file's, on the console",
    levels: LOUD,
    env: { OTEL_CONFIG_FILE: "printing.yaml" },
    flags: (preload) => preload,
  },
  {
    title: "the user's, set up after the preload",
    levels: LEVELS,
    env: { ...DEAD_END, ...TRACES_ALONE },
    flags: (preload) => [...preload, "--import", "./plain-sdk.mjs"],
  },
];

async function talk(flags: readonly string[], env: Record<string, string>, cwd = PROGRAMS): Promise<Ended> {
  const server = startServer([...flags, "stdio-server.mjs"], { cwd, env });
  await server.add(2, 3);
  server.endInput();
  return server.ended;
}

function strayLines(stdout: string): string[] {
  return stdout.split("\n").filter((line) => line !== "" && !/^\{.*"jsonrpc":"2\.0".*\}$/.test(line));
}

const SAID_AT: [string, (mode: Mode) => readonly string[]][] = [
  ["at the loudest level", ({ levels }) => levels.filter((level) => level === "all")],
  ["at every other level", ({ levels }) => levels.filter((level) => level !== "all")],
];

describeVariants(SAID_AT, { concurrent: true }, (_at, levelsOf) => {
  const talks = MODES.flatMap((mode) => levelsOf(mode).map((level) => [mode.title, level, mode] as const));

  it.each(talks)("%s, OTEL_LOG_LEVEL=%s", async (_title, level, { env, flags }) => {
    const { stdout, stderr } = await talk(flags(PRELOAD), { ...env, OTEL_LOG_LEVEL: level });

    expect(strayLines(stdout)).toEqual([]);
    expect(stderr.split("\n").length > 10 || !/all|debug|verbose/.test(level)).toBe(true); // it has talked
  });
});

describeVariants<[OtelLine]>([["otel-2"], ["otel-3"]], {}, (line) => {
  let sandbox: Sandbox;
  let preload: string[];
  beforeAll(async () => {
    sandbox = await createSandbox("process", "sdk-v1-latest", line);
    preload = ["--import", await installedPackage(line)];
  });
  afterAll(() => sandbox.remove());

  it.concurrent.each(MODES)("$title", async ({ env, flags }) => {
    const { stdout } = await talk(flags(preload), { ...env, OTEL_LOG_LEVEL: "all" }, sandbox.folder);

    expect(strayLines(stdout)).toEqual([]);
  });
});

describe("a user's SDK that was there before mcp-otelkit", () => {
  it.concurrent.each(LOUD)(
    "OTEL_LOG_LEVEL=%s: it has printed when it started, and prints no more",
    async (level) => {
      const flags = ["--import", "./plain-sdk.mjs", ...PRELOAD];
      const { stdout } = await talk(flags, { ...DEAD_END, ...TRACES_ALONE, OTEL_LOG_LEVEL: level });

      expect(strayLines(stdout.slice(stdout.indexOf('{"result"')))).toEqual([]);
    },
  );

  it.concurrent.each(LOUD)(
    "McpInstrumentation in it, OTEL_LOG_LEVEL=%s: no line of mcp-otelkit",
    async (level) => {
      const env = { ...DEAD_END, ...TRACES_ALONE, OTEL_LOG_LEVEL: level };
      const { stdout } = await talk(["--import", "./own-sdk.mjs"], env);

      expect(strayLines(stdout).filter((text) => text.startsWith("mcp-otelkit"))).toEqual([]);
    },
  );
});
