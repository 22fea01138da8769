// Package managers leave out peers. The program does not suffer for it.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { createSandbox } from "../support/sandbox.ts";
import { runProgram } from "./program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const API = "@opentelemetry/api";

it(`without ${API}`, async () => {
  const sandbox = await createSandbox("process", "sdk-v1-latest");
  onTestFinished(() => sandbox.remove());
  const modules = sandbox.path("node_modules");
  for (const part of ["dist", "package.json"])
    cpSync(join(ROOT, part), join(modules, "mcp-otelkit", part), { recursive: true });

  const { stderr, ...outcome } = await runProgram(["--import", "mcp-otelkit/register", "v1.mjs"], {
    cwd: sandbox.folder,
  });

  const lines = stderr.split("\n").filter((line) => line !== "" && !line.endsWith("; no telemetry"));
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^mcp-otelkit: no telemetry: .*'?${API}'?`))]);
  expect(outcome).toEqual({ stdout: "2 + 3 = 5\n", code: 0, signal: null });
});
