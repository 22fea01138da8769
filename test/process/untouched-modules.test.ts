import { expect, it } from "vitest";
import { nodeBinary } from "../support/homes.ts";
import { PRELOAD, runProgram } from "./program.ts";

// Hooks on a separate thread, and hooks in the application's.
it.each<[string, () => Promise<string>]>([
  ["this Node", () => Promise.resolve(process.execPath)],
  ["Node 24", () => nodeBinary(24)],
])("no module but the SDK's is touched, and that one keeps its shape, on %s", async (_where, binary) => {
  const node = await binary();
  const without = await runProgram(["untouched/app.mjs"], { node });
  const preloaded = await runProgram([...PRELOAD, "untouched/app.mjs"], {
    node,
    env: { OTEL_TRACES_EXPORTER: "none" },
  });

  expect(without).toMatchObject({ code: 0, stderr: "" });
  expect(preloaded.stderr).toContain("instrumented @modelcontextprotocol/sdk 1.32.2 (esm)");
  expect(preloaded.stdout).toBe(without.stdout);
  expect(preloaded.code).toBe(0);
});

it("which the program would notice: wrapping every module breaks it", async () => {
  const { stdout } = await runProgram(["--import", "./iitm-otel.mjs", "untouched/app.mjs"]);

  expect(stdout).toContain('"live bindings": 0');
});
