// The SDK of the application at the end: asked once for what it has, never after its own end, and never a reason to stay.
import { expect, it } from "vitest";
import { PRELOAD, runProgram } from "./program.ts";

/** Less than the 30 seconds for which the SDK's own timer holds a process whose exporter threw. */
const HELD_MS = 25_000;

it.each([
  ["throws", "flushed\n"],
  ["hangs", "flushed\n"],
  ["arrives", "flushed\n"],
])("an exporter that %s does not hold the process, and the exit status is its own", async (how, stdout) => {
  const ended = await runProgram([...PRELOAD, "their-sdk-at-the-end.mjs", how], { hungAfterMs: HELD_MS });

  expect([ended.code, ended.stdout]).toEqual([3, stdout]);
});

it("an SDK that its application shuts down is left to it, and says nothing on stdout", async () => {
  const ended = await runProgram([...PRELOAD, "their-sdk-at-the-end.mjs", "arrives", "shut down"]);

  expect([ended.code, ended.stdout]).toEqual([3, ""]);
});
