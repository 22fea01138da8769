// The application's SDK at the end: flushed once, never after its own shutdown, and never a reason to keep the
// process alive. Its timer would keep the process alive for ten minutes, so a process that is kept alive hangs the
// test.
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
