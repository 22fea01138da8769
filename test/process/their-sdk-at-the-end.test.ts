// The SDK of the application at the end: asked once for what it has, never after its own end, and never a reason to stay. Its own
// timer would hold the process for ten minutes, so one that is held is one that hangs.
import { expect, it } from "vitest";
import { PRELOAD, runProgram } from "./program.ts";

it.each([
  ["throws", "flushed\n"],
  ["hangs", "flushed\n"],
  ["arrives", "flushed\n"],
])("an exporter that %s does not hold the process, and the exit status is its own", async (how, stdout) => {
  const ended = await runProgram([...PRELOAD, "their-sdk-at-the-end.mjs", how]);

  expect([ended.code, ended.stdout]).toEqual([3, stdout]);
});

it("an SDK that its application shuts down is left to it, and says nothing on stdout", async () => {
  const ended = await runProgram([...PRELOAD, "their-sdk-at-the-end.mjs", "arrives", "shut down"]);

  expect([ended.code, ended.stdout]).toEqual([3, ""]);
});
