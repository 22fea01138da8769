// Other instrumentations of MCP, and other copies of mcp-otelkit, are detected by their effects and reported in one
// line, with the fix.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { VERSION } from "../../src/version.ts";
import { installedPackage } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { PRELOAD, traceProgram } from "./program.ts";

const TWICE = "instruments MCP in this process as well, so each message is recorded twice; ";

it.concurrent.each([
  [
    "sentry-auto",
    "Sentry",
    "take the integration McpServer, or wrapMcpServerWithSentry(), out of your Sentry set-up",
  ],
  ["sentry-by-hand", "Sentry", "take the integration McpServer"],
  ["dd-trace", "dd-trace", "set DD_TRACE_MODELCONTEXTPROTOCOL_SDK_ENABLED=false"],
  [
    "mcp-handler",
    "mcp-handler",
    "pass telemetry: false to createMcpHandler, or set OTEL_NODE_DISABLED_INSTRUMENTATIONS=mcp",
  ],
  ["wrapped", "another instrumentation", "take it out of your instrumentations"],
])("%s is reported", async (what, who, advice) => {
  const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "beside-others.mjs", what]);

  expect(stdout).toBe("2 + 3 = 5\n");
  expect(stderr.split("\n").filter((line) => line.includes(TWICE))).toEqual([
    expect.stringContaining(`mcp-otelkit: ${who} ${TWICE}${advice}`),
  ]);
  expect(chainsOf(spans)).toEqual(CONVERSATION);
});

it.concurrent("a server that instruments itself is reported once, by its spans around those of mcp-otelkit", async () => {
  const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "beside-others.mjs", "by-hand"]);

  expect(stdout).toBe("2 + 3 = 5\n");
  expect(stderr.split("\n").filter((line) => line.includes(TWICE))).toEqual([
    expect.stringContaining(
      `mcp-otelkit: the tracer "by-hand" ${TWICE}take its spans out of the server, or set OTEL_NODE_DISABLED_INSTRUMENTATIONS=mcp`,
    ),
  ]);
  const own = spans.filter(({ scope }) => scope === "mcp-otelkit");
  expect(chainsOf(own)).toEqual(CONVERSATION);
  expect(spans.filter(({ scope }) => scope === "by-hand")).toHaveLength(3);
});

it.concurrent("nothing is reported without another one", async () => {
  const { stderr } = await traceProgram([...PRELOAD, "beside-others.mjs", "none"]);

  expect(stderr).toMatch(/^mcp-otelkit: [^\n]*, instrumented [^\n]*\n$/);
});

it.concurrent("a second copy of mcp-otelkit at another version does nothing, and says so", async () => {
  const sandbox = await createSandbox("process", "sdk-v1-latest", "otel-2");
  onTestFinished(() => sandbox.remove());
  const first = await installedPackage("otel-2");
  const second = copyWithVersion(fileURLToPath(first), sandbox.path("copy"), "9.9.9");

  const { stderr, spans } = await traceProgram(["--import", first, "--import", second, "v1.mjs"], {
    cwd: sandbox.folder,
  });

  expect(stderr).toContain("is preloaded already, so this one (9.9.9) does nothing\n");
  expect(chainsOf(spans)).toEqual(CONVERSATION);
});

/** Beside the packages that it needs. @returns the path of its preload */
function copyWithVersion(register: string, folder: string, version: string): string {
  const target = join(folder, "mcp-otelkit");
  cpSync(dirname(dirname(register)), target, { recursive: true });
  for (const name of ["part-core", "preload", "telemetry"]) {
    const file = join(target, "dist", `${name}.cjs`);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(VERSION, version));
  }
  return join(target, "dist", "register.js");
}
