// Package managers leave things out: peers, optional parts, everything. The program is not to suffer for it.
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { home } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { runProgram } from "./program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const API = "@opentelemetry/api";
const SDK = "@opentelemetry/sdk-node";
const INSTRUMENTATIONS = ["@opentelemetry/instrumentation-http", "@opentelemetry/instrumentation-undici"];

it.each<[missing: string, present: string[]]>([
  [API, []],
  [SDK, [API]],
  ["@opentelemetry/instrumentation-http", [API, SDK]],
  ["@opentelemetry/instrumentation-undici", [API, SDK, INSTRUMENTATIONS[0] ?? ""]],
])("without %s", async (missing, present) => {
  const sandbox = await createSandbox("process", "sdk-v1-latest");
  onTestFinished(() => sandbox.remove());
  const modules = sandbox.path("node_modules");
  for (const part of ["dist", "package.json"])
    cpSync(join(ROOT, part), join(modules, "mcp-otelkit", part), { recursive: true });
  for (const name of present) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(await home("otel-2"), "node_modules", name), join(modules, name), "junction");
  }

  const { stderr, ...outcome } = await runProgram(["--import", "mcp-otelkit/register", "v1.mjs"], {
    cwd: sandbox.folder,
  });

  const lines = stderr.split("\n").filter((line) => line !== "" && !line.endsWith("; no telemetry"));
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^mcp-otelkit: no telemetry: .*'?${missing}'?`))]);
  expect(outcome).toEqual({ stdout: "2 + 3 = 5\n", code: 0, signal: null });
});
