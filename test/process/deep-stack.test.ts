// A stack has ten frames. Those of mcp-otelkit and of what it instruments with must not push the application's out of it.
import { expect, it } from "vitest";
import { PRELOAD, runProgram } from "./program.ts";

it("a stack shows at least as many frames of the application as without the preload", async () => {
  const env = { OTEL_TRACES_EXPORTER: "console" };
  const plain = JSON.parse((await runProgram(["deep-stack.mjs"])).stdout) as Record<string, number>;
  const observed = JSON.parse(
    (await runProgram([...PRELOAD, "deep-stack.mjs"], { env })).stdout,
  ) as typeof plain;

  expect(Object.keys(plain)).toHaveLength(6);
  for (const [name, frames] of Object.entries(plain))
    expect(observed[name], name).toBeGreaterThanOrEqual(frames);
});
