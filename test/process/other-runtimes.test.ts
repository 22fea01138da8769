// Bun and Deno have Node's API and call none of its module hooks. A preload records nothing there, says so in one
// line, and the application runs; what is passed to `instrumentMcp` is recorded as on Node.
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { home, installedPackage } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { startProgram } from "./program.ts";

const RUNTIMES = {
  Bun: { scope: "@oven", file: "bin/bun", words: [] },
  Deno: { scope: "@deno", file: "deno", words: ["run", "--allow-all"] },
} as const;
type Runtime = keyof typeof RUNTIMES;

const CONVERSATION = [
  {
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "c", version: "1" } },
  },
  { method: "notifications/initialized" },
  { id: 1, method: "tools/call", params: { name: "add", arguments: {} } },
];

let sandbox: Sandbox;
let dist: string;
beforeAll(async () => {
  dist = dirname(fileURLToPath(await installedPackage("otel-2")));
  sandbox = await createSandbox("process", "sdk-v1-latest", "otel-2");
  writeFileSync(sandbox.path("package.json"), "{}"); // Deno looks for packages beside one
});
afterAll(() => sandbox.remove());

async function binary(runtime: Runtime): Promise<string> {
  const { scope, file } = RUNTIMES[runtime];
  const folder = join(await home("other-runtimes"), "node_modules", scope);
  const [platform = "no package for this platform"] = readdirSync(folder);
  return join(folder, platform, file);
}

/** @returns what the server answered, and what came of it */
async function converse(runtime: Runtime, flag: readonly string[], ...args: string[]) {
  const receiver = await startOtlpReceiver();
  try {
    const { child, printed, ended } = startProgram(
      [...RUNTIMES[runtime].words, ...flag, "by-hand.mjs", ...args],
      {
        node: await binary(runtime),
        cwd: sandbox.folder,
        // Deno keeps compiled code by path, and takes it for a file that has been replaced since: this path is a new build each time.
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, DENO_DIR: sandbox.path(".deno") },
      },
    );
    for (const message of CONVERSATION)
      child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    await printed('"text":"3"');
    child.stdin?.end();
    const { code, stderr } = await ended;
    return { code, stderr, spans: receiver.spans().map(({ name }) => name) };
  } finally {
    await receiver.close();
  }
}

describe.each(Object.keys(RUNTIMES) as Runtime[])("%s", { tags: ["proof"] }, (runtime) => {
  const told =
    `mcp-otelkit: ${runtime} shows its modules to no preload: mcp-otelkit records what is passed to instrumentMcp(); ` +
    "npx mcp-otelkit run -- <command> observes any server from outside";

  it.each([
    ["preload", "register.js"],
    ["require", "register.cjs"],
  ])("--%s says what is recorded, and the application runs", async (flag, file) => {
    const { code, stderr, spans } = await converse(runtime, [`--${flag}`, join(dist, file)], "not");

    expect([code, stderr, spans]).toEqual([0, `${told}\n`, []]);
  });

  it("what is handed to instrumentMcp is recorded", async () => {
    const { code, stderr, spans } = await converse(runtime, ["--preload", join(dist, "register.js")]);

    expect(code).toBe(0);
    expect(stderr).toContain("instrumented bundled MCP SDK (by hand); ");
    expect(spans).toEqual(expect.arrayContaining(["initialize", "tools/call add"]));
  });
});
