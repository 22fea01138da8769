// A preload that arrives through NODE_OPTIONS runs in npm, npx and tsx as well; only a process with MCP in it pays.
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { nodeBinary } from "../support/homes.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { PRELOAD, runProgram, traceProgram } from "./program.ts";

const PROBE = ["--require", "./loaded-packages.cjs"];

it.each<[string, () => Promise<string>]>([
  ["this Node", () => Promise.resolve(process.execPath)],
  ["Node 24", () => nodeBinary(24)],
])("OpenTelemetry is loaded with the first MCP module, not before, on %s", async (_where, binary) => {
  const node = await binary();
  const env = { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" };

  const ordinary = await runProgram([...PROBE, ...PRELOAD, "no-mcp.mjs"], { node, env });
  const server = await runProgram([...PROBE, ...PRELOAD, "v1.mjs"], { node, env });

  expect(ordinary.stderr).toContain("nothing was loaded\n");
  expect(server.stderr).toContain("all of OpenTelemetry was loaded\n");
});

it("through NODE_OPTIONS, the server at the end of a chain is traced, and its parents stay cheap and print nothing", async () => {
  const tsx = createRequire(import.meta.url).resolve("tsx/cli");
  const preload = new URL("../../dist/register.js", import.meta.url).href;

  const { stdout, stderr, spans } = await traceProgram([tsx, "v1.mjs"], {
    env: { NODE_OPTIONS: `--require=./loaded-packages.cjs --import=${preload}` },
  });

  expect(stdout).toBe("2 + 3 = 5\n");
  expect(stderr.split("\n").toSorted()).toEqual([
    "",
    "all of OpenTelemetry was loaded",
    expect.stringMatching(
      /^mcp-otelkit: .*, instrumented @modelcontextprotocol\/sdk 1\.32\.2 \(esm\); traces go to http/,
    ),
    "nothing was loaded",
  ]);
  expect(chainsOf(spans)).toEqual(CONVERSATION);
});
