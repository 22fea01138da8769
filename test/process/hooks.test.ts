// Which ways of loading an SDK are seen: each loads one, talks in memory, and ends.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installedPackage, nodeBinary } from "../support/homes.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { sandboxWithChangedSdk } from "./changed-sdk.ts";
import { PRELOAD, traceProgram } from "./program.ts";

const SAID = "2 + 3 = 5\n";

describe("the preload sees", { concurrent: true }, () => {
  it.each([
    ["v1.mjs", "@modelcontextprotocol/sdk 1.32.2 (esm)"],
    ["v1.cjs", "@modelcontextprotocol/sdk 1.32.2 (cjs)"],
    ["v2.mjs", "@modelcontextprotocol/client 2.4.0 (esm) and @modelcontextprotocol/server 2.4.0 (esm)"],
    ["v2.cjs", "@modelcontextprotocol/client 2.4.0 (cjs) and @modelcontextprotocol/server 2.4.0 (cjs)"],
  ])("the SDK of %s, and says so in one line", async (program, sdks) => {
    const { stdout, stderr, spans } = await traceProgram([...PRELOAD, program]);

    expect(stdout).toBe(SAID);
    expect(stderr.split("\n")).toEqual([
      expect.stringContaining(`, instrumented ${sdks}; traces go to http://127.0.0.1:`),
      "",
    ]);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });

  it("both copies of the first line in one process, each once", async () => {
    const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "v1-both.mjs"]);

    expect(stdout).toBe(SAID.repeat(3));
    expect(stderr).toContain(
      "instrumented @modelcontextprotocol/sdk 1.32.2 (esm) and @modelcontextprotocol/sdk 1.32.2 (cjs);",
    );
    expect(chainsOf(spans)).toEqual([...CONVERSATION, ...CONVERSATION, ...CONVERSATION].toSorted());
  });
});

describe("an SDK that npm installed under another name", { concurrent: true }, () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await sandboxWithChangedSdk("sdk-v1-latest", { as: "mcp-of-yesterday" });
  });
  afterAll(() => sandbox.remove());

  it.each(["v1.mjs", "v1.cjs"])("is seen (%s)", async (program) => {
    const text = readFileSync(sandbox.path(program), "utf8");
    writeFileSync(sandbox.path(program), text.replaceAll("@modelcontextprotocol/sdk", "mcp-of-yesterday"));
    const words = ["--import", await installedPackage("otel-2"), program];

    const { stderr, spans } = await traceProgram(words, { cwd: sandbox.folder });

    expect(stderr).toContain("instrumented @modelcontextprotocol/sdk 1.32.2 (");
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });
});

// A compiler with its own hook runs beside, before or after that of mcp-otelkit.
describe("TypeScript", { concurrent: true }, () => {
  const tsx = ["--import", "tsx"];

  it.each<[string, string[]]>([
    ["tsx, then us, as ESM", [...tsx, ...PRELOAD, "typescript.mts"]],
    ["us, then tsx, as ESM", [...PRELOAD, ...tsx, "typescript.mts"]],
    ["tsx, then us, as CommonJS", [...tsx, ...PRELOAD, "commonjs/typescript.ts"]],
    ["us, then tsx, as CommonJS", [...PRELOAD, ...tsx, "commonjs/typescript.ts"]],
  ])("through %s", async (_way, words) => {
    const { stdout, spans } = await traceProgram(words);

    expect(stdout).toBe(SAID);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });

  // tsx alone cannot start a .cts file that requires CommonJS on Node 20.
  it.each<[string, string[]]>([
    ["tsx, then us, .mts", [...tsx, ...PRELOAD, "typescript.mts"]],
    ["us, then tsx, .cts", [...PRELOAD, ...tsx, "typescript.cts"]],
    ["tsx, then us, .cts", [...tsx, ...PRELOAD, "typescript.cts"]],
    ["Node's own type stripping, .mts", [...PRELOAD, "typescript.mts"]],
    ["Node's own type stripping, .cts", [...PRELOAD, "stripped.cts"]],
  ])("on Node 24 through %s", async (_way, words) => {
    const { stdout, spans } = await traceProgram(words, { node: await nodeBinary(24) });

    expect(stdout).toBe(SAID);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });
});
