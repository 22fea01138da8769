// Applications packed into one file: the load hook knows the SDK in it by its shape, and `instrumentMcp` is handed it elsewhere.
import { createRequire } from "node:module";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installedPackage } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { PROGRAMS, traceProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const TWICE = [...CONVERSATION, ...CONVERSATION].toSorted();
const SAID = "2 + 3 = 5\n".repeat(2);

interface Bundler {
  build(options: Record<string, unknown>): Promise<unknown>;
}
/** The one that tsx brings. */
const require = createRequire(createRequire(import.meta.url).resolve("tsx"));
const { build } = require("esbuild") as Bundler;

const BUNDLES: [string, { external: string[]; minify: boolean }][] = [
  ["a bundle with our package in it, minified", { external: [], minify: true }],
  ["a bundle with our package beside it", { external: ["mcp-otelkit"], minify: false }],
];

describeVariants(BUNDLES, {}, (_how, options) => {
  let sandbox: Sandbox;
  let preload: string[];
  beforeAll(async () => {
    preload = ["--import", await installedPackage("otel-2")];
    sandbox = await createSandbox("process", "otel-2");
    await build({
      ...options,
      entryPoints: [`${PROGRAMS}/bundled.mjs`],
      outfile: sandbox.path("bundle.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      logLevel: "silent",
    });
  });
  afterAll(() => sandbox.remove());

  const trace = (words: string[], env = {}) =>
    traceProgram([...words, "bundle.mjs"], { cwd: sandbox.folder, env });

  it("is seen, and the preload sets up OpenTelemetry for it", async () => {
    const { stdout, stderr, spans } = await trace(preload);

    expect(stdout).toBe(SAID);
    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(
        /, instrumented MCP SDK inside bundle\.mjs \(esm\)( and bundled MCP SDK \(by hand\))?; traces go to http/,
      ),
      "",
    ]);
    expect(chainsOf(spans)).toEqual(TWICE);
  });

  it("is seen, and speaks to the application's own OpenTelemetry", async () => {
    const { stdout, stderr, spans } = await trace(["--import", "./plain-sdk.mjs"]);

    expect({ stdout, stderr }).toEqual({ stdout: SAID, stderr: "" });
    expect(chainsOf(spans)).toEqual(TWICE);
  });

  it("runs as it would where there is no OpenTelemetry at all", async () => {
    const { stdout, stderr, code, spans } = await trace([]);

    expect({ stdout, stderr, code, spans }).toEqual({ stdout: SAID, stderr: "", code: 0, spans: [] });
  });

  it("is seen where nothing in it calls instrumentMcp", async () => {
    const { stdout, stderr, spans } = await trace(preload, { INSTRUMENTED: "no" });

    expect(stdout).toBe(SAID);
    expect(stderr).toMatch(/, instrumented MCP SDK inside bundle\.mjs \(esm\); traces go to http/);
    expect(chainsOf(spans)).toEqual(TWICE);
  });
});
