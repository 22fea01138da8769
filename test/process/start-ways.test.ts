// The ways to bring the preload into a process, beside `--import`: docs/ways-to-start.md has them in a table.
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { installedPackage, nodeBinary, type NodeMajor } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { runProgram, traceProgram } from "./program.ts";
import { patience } from "../support/patience.ts";
import { describeVariants } from "../support/variants.ts";

const SAID = "2 + 3 = 5\n";
const REQUIRED = ["--require", "mcp-otelkit/register.cjs"];
/** One line and nothing else: no ExperimentalWarning, no second start. */
const STARTED =
  /^mcp-otelkit: [^\n]*, instrumented @modelcontextprotocol\/[^\n]*; traces go to http[^\n]*\n$/;
const TSX = createRequire(import.meta.url).resolve("tsx/cli");

const NODES: [how: string, major: NodeMajor][] = ([24, 20, 22, 26] as const).map((major) => [
  "--require on Node",
  major,
]);

describeVariants(NODES, { concurrent: true }, (_how, major) => {
  it.each(["v1.mjs", "v1.cjs", "v2.mjs", "v2.cjs"])("%s", async (program) => {
    const { stdout, stderr, spans } = await traceProgram([...REQUIRED, program], {
      node: await nodeBinary(major),
    });

    expect(stdout).toBe(SAID);
    expect(stderr).toMatch(STARTED);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });
});

describe("--require", { concurrent: true }, () => {
  it.each<[string, NodeMajor, string[]]>([
    ["the installed package, through NODE_OPTIONS, as the Operator does", 20, ["v1.mjs"]],
    ["the same with the 3.x line", 24, ["v2.mjs"]],
  ])("%s", async (_what, major, words) => {
    const line = major === 20 ? "otel-2" : "otel-3";
    const file = fileURLToPath(await installedPackage(line)).replace(/\.js$/, ".cjs");
    const sandbox = await createSandbox("process", words[0] === "v1.mjs" ? "sdk-v1-latest" : "sdk-v2-latest");
    onTestFinished(() => sandbox.remove());

    const { stdout, stderr, spans } = await traceProgram(words, {
      node: await nodeBinary(major),
      cwd: sandbox.folder,
      env: { NODE_OPTIONS: `--require ${file}` },
    });

    expect(stdout).toBe(SAID);
    expect(stderr).toMatch(STARTED);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });

  it("and --import as well: once", async () => {
    const words = [...REQUIRED, "--import", "mcp-otelkit/register", "v1.mjs"];

    const { stderr, spans } = await traceProgram(words);

    expect(stderr).toMatch(STARTED);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });

  it("a process without MCP prints the same as with --import", async () => {
    const { stdout, stderr, code } = await runProgram([...REQUIRED, "no-mcp.mjs"]);

    expect(stderr).toMatch(/^mcp-otelkit: no MCP SDK was loaded in this process [^\n]*\n$/);
    expect({ stdout, code }).toEqual({ stdout: "an ordinary program\n", code: 5 });
  });
});

describe("TypeScript", { concurrent: true }, () => {
  it.each<[string, string[]]>([
    ["--require, then tsx", [...REQUIRED, "--import", "tsx", "typescript.mts"]],
    ["tsx's own command, with NODE_OPTIONS", [TSX, "typescript.mts"]],
  ])("%s", async (_way, words) => {
    const env = { NODE_OPTIONS: words[0] === TSX ? "--import=mcp-otelkit/register" : "" };

    const { stdout, stderr, spans } = await traceProgram(words, { env });

    expect(stdout).toBe(SAID);
    expect(stderr).toMatch(STARTED);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });

  // From 22.18 and 24.3 on it needs no flag; 22 says on stderr that it is experimental.
  const stripping: [NodeMajor, string, string[]][] = [
    [24, "typescript.mts", REQUIRED],
    [24, "stripped.cts", ["--import", "mcp-otelkit/register"]],
    [22, "typescript.mts", ["--import", "mcp-otelkit/register"]],
    [22, "stripped.cts", REQUIRED],
    [26, "typescript.mts", ["--import", "mcp-otelkit/register"]],
  ];
  describeVariants(stripping, {}, (major, program, flags) => {
    it("is stripped by Node itself", async () => {
      const words = [...flags, program];

      const { stdout, stderr, spans } = await traceProgram(words, { node: await nodeBinary(major) });

      expect(stdout).toBe(SAID);
      expect(stderr).toContain("; traces go to http");
      expect(chainsOf(spans)).toEqual(CONVERSATION);
    });
  });
});

describeVariants([["--import"], ["--require"]], {}, (flag) => {
  it("npx, with that in NODE_OPTIONS: the server is traced, npm says nothing and stays light", async () => {
    const sandbox = await createSandbox("process", "sdk-v1-latest");
    onTestFinished(() => sandbox.remove());
    const url = await installedPackage("otel-2");
    const preload = flag === "--import" ? url : fileURLToPath(url).replace(/\.js$/, ".cjs");
    addBin(sandbox.folder);
    const npx = join(dirname(npmCli()), "npx-cli.js");
    const probe = `--require=${sandbox.path("loaded-packages.cjs")}`;

    const { stdout, stderr, spans } = await traceProgram([npx, "--no-install", "weather"], {
      cwd: sandbox.folder,
      env: {
        NODE_OPTIONS: `${probe} ${flag}=${preload}`,
        npm_config_update_notifier: "false",
        HOME: sandbox.folder,
      },
      hungAfterMs: patience(20_000),
    });

    expect(stdout).toBe(SAID);
    const ours = stderr.split("\n").filter((line) => line.startsWith("mcp-otelkit: "));
    expect(ours).toEqual([expect.stringContaining("; traces go to http")]);
    const loaded = stderr.split("\n").filter((line) => line.endsWith("was loaded"));
    expect(loaded.toSorted()).toEqual(["all of OpenTelemetry was loaded", "nothing was loaded"]);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });
});

/** A package of the project with a command, as `npx` finds it: linked from `node_modules/.bin`. */
function addBin(folder: string): void {
  const file = join(folder, "weather.mjs");
  writeFileSync(file, '#!/usr/bin/env node\nawait import("./v1.mjs");\n');
  chmodSync(file, 0o755);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "app", version: "1.0.0" }));
  mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  symlinkSync(file, join(folder, "node_modules", ".bin", "weather"));
}

function npmCli(): string {
  const given = process.env["npm_execpath"];
  if (given?.endsWith("npm-cli.js") === true) return given;
  // Where an installer of Node puts it.
  return join(dirname(dirname(process.execPath)), "lib", "node_modules", "npm", "bin", "npm-cli.js");
}
