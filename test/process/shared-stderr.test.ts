// File descriptor 2 is the application's: what it writes there arrives as it would without us, and ours beside it.
import { expect, it } from "vitest";
import { PRELOAD, startProgram } from "./program.ts";

const ENV = { OTEL_TRACES_EXPORTER: "none", OTEL_INSTRUMENTATION_MCP_LOG_LINES: "on" };
const LONG = "a".repeat(300_000);

/** The host begins to read stderr when the program has come to its habit, and not before. */
async function readLate(habit: string): Promise<{ stdout: string; lines: string[]; code: number | null }> {
  const running = startProgram([...PRELOAD, "stderr-habits.mjs", habit], { env: ENV });
  running.child.stderr?.pause();
  running.child.stdin?.end();
  await running.printed("ready");
  running.child.stderr?.resume();
  const { stdout, stderr, code } = await running.ended;
  return { stdout, lines: stderr.split("\n"), code };
}

it.each([
  ["writes to the descriptor, which blocks as it did", "sync", "wrote 300001"],
  ["writes a long line to the stream, into which nothing is written", "stream", "wrote false"],
])("an application that %s", async (_what, habit, says) => {
  const { stdout, lines, code } = await readLate(habit);

  expect([code, stdout.includes(says)]).toEqual([0, true]);
  const others = lines.filter((line) => line !== LONG && line !== "");
  expect(lines.filter((line) => line === LONG)).toHaveLength(1);
  expect(others.filter((line) => !/^(\{.*\}|mcp-otelkit: .*)$/.test(line))).toEqual([]);
  expect(others.length).toBeGreaterThan(1);
});

it("where the application has redirected stderr, our lines go the same way", async () => {
  const { stdout } = await readLate("redirected");

  expect(stdout).toMatch(/^redirected \{.*tools\/call/m);
});
