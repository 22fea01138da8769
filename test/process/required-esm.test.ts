import { expect, it } from "vitest";
import { nodeBinary } from "../support/homes.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { PRELOAD, traceProgram } from "./program.ts";

it.each<[string, () => Promise<string>]>([
  ["this Node", () => Promise.resolve(process.execPath)],
  ["Node 24", () => nodeBinary(24)],
])("an SDK that CommonJS reaches by require of an ES module is seen, on %s", async (_where, binary) => {
  const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "required/main.cjs"], {
    node: await binary(),
  });

  expect(stdout).toBe("2 + 3 = 5\n");
  expect(stderr).toMatch(/instrumented @modelcontextprotocol\/sdk [\d.]+ \(esm\)/);
  expect(chainsOf(spans)).toEqual(CONVERSATION);
});
