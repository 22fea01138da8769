// What the operator reads on stderr when the process starts: which SDK was patched, or why none was. stdout is not ours.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { installedPackage } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { addPackage, sandboxWithChangedSdk } from "./changed-sdk.ts";
import { PRELOAD, runProgram, type Circumstances } from "./program.ts";

const OFFLINE = { OTEL_TRACES_EXPORTER: "none" };

describe("an SDK that is seen and cannot be patched is named", () => {
  it("when it is older than the first version that works", async () => {
    const sandbox = await sandboxWithChangedSdk("sdk-v1-oldest", { version: "0.5.0" });
    onTestFinished(() => sandbox.remove());
    for (const [program, format] of [
      ["v1.mjs", "esm"],
      ["v1.cjs", "cjs"],
    ] as const) {
      writeFileSync(sandbox.path(program), withoutRegisterTool(program));

      const { stdout, stderr, code } = await preloaded(program, { cwd: sandbox.folder });

      expect(stderr).toBe(
        `mcp-otelkit: @modelcontextprotocol/sdk 0.5.0 (${format}) was seen but is not instrumented: ` +
          "version not supported (supported: 0.6 up to but not including 2.0)\n",
      );
      expect({ stdout, code }).toEqual({ stdout: "loaded function\n", code: 0 });
    }
  });

  it.each(["@modelcontextprotocol/server", "@modelcontextprotocol/client"])(
    "when %s has a new major version",
    async (name) => {
      const sandbox = await createSandbox("process");
      onTestFinished(() => sandbox.remove());
      addPackage(
        sandbox,
        { name, version: "3.0.0", exports: "./dist/index.mjs" },
        { "dist/index.mjs": "export class Protocol { connect() {} request() {} notification() {} }" },
      );
      writeFileSync(
        sandbox.path("app.mjs"),
        `import { Protocol } from "${name}"; new Protocol().connect({}); console.log("ran");`,
      );

      const { stdout, stderr, code } = await preloaded("app.mjs", { cwd: sandbox.folder });

      expect(stderr).toBe(
        `mcp-otelkit: ${name} 3.0.0 (esm) was seen but is not instrumented: ` +
          "version not supported (supported: 2.0 up to but not including 3.0)\n",
      );
      expect({ stdout, code }).toEqual({ stdout: "ran\n", code: 0 });
    },
  );

  it("when its classes are not what they were", async () => {
    const sandbox = await createSandbox("process");
    onTestFinished(() => sandbox.remove());
    addPackage(
      sandbox,
      { name: "@modelcontextprotocol/server", version: "2.99.0", main: "./dist/index.cjs" },
      { "dist/index.cjs": "exports.Protocol = class Protocol { attach() {} };" },
    );
    writeFileSync(sandbox.path("app.cjs"), `require("@modelcontextprotocol/server"); console.log("ran");`);

    const { stdout, stderr } = await preloaded("app.cjs", { cwd: sandbox.folder });

    expect(stderr).toBe(
      "mcp-otelkit: @modelcontextprotocol/server 2.99.0 (cjs) was seen but is not instrumented: Protocol not as expected\n",
    );
    expect(stdout).toBe("ran\n");
  });
});

describe("a process without any MCP SDK", () => {
  it("hears so at its end, with the way out for bundles", async () => {
    const { stdout, stderr, code } = await runProgram([...PRELOAD, "no-mcp.mjs"]);

    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(/^mcp-otelkit: no MCP SDK was loaded in this process .*instrumentMcp\(\)$/),
      "",
    ]);
    expect({ stdout, code }).toEqual({ stdout: "an ordinary program\n", code: 5 });
  });

  it("hears nothing from its worker threads", async () => {
    const { stdout, stderr } = await runProgram([...PRELOAD, "with-worker.mjs"], { env: OFFLINE });

    expect(stdout).toBe("an ordinary program\n2 + 3 = 5\n");
    expect(stderr).toMatch(/^mcp-otelkit: .* instrumented @modelcontextprotocol\/sdk .*\n$/);
  });

  it.each([
    ["the package's name", "mcp-otelkit/register"],
    ["a URL without it", new URL("../../dist/register.js", import.meta.url).href],
    ["a path without it", fileURLToPath(new URL("../../dist/register.js", import.meta.url))],
  ])("hears nothing where NODE_OPTIONS brought us, by %s", async (_what, preload) => {
    const { stdout, stderr, code } = await runProgram(["no-mcp.mjs"], {
      env: { NODE_OPTIONS: `--import=${preload}` },
    });

    expect({ stdout, stderr, code }).toEqual({ stdout: "an ordinary program\n", stderr: "", code: 5 });
  });
});

it.each([["v1.mjs"], ["no-mcp.mjs"]])("OTEL_LOG_LEVEL=none silences us (%s)", async (program) => {
  const { stderr } = await runProgram([...PRELOAD, program], {
    env: { OTEL_LOG_LEVEL: "none", OTEL_TRACES_EXPORTER: "zipkin" },
  });

  expect(stderr).toBe("");
});

it.each(["info", "all"])("OTEL_LOG_LEVEL=%s talks on stderr alone", async (OTEL_LOG_LEVEL) => {
  const { stdout, stderr } = await runProgram([...PRELOAD, "v1.mjs"], {
    env: { OTEL_TRACES_EXPORTER: "console", OTEL_LOG_LEVEL },
  });

  expect(stdout).toBe("2 + 3 = 5\n");
  expect(stderr.split("\n").filter((line) => !/^(mcp-otelkit: |\{"name":|$)/.test(line))).toEqual([]);
});

async function preloaded(program: string, circumstances: Circumstances) {
  return runProgram(["--import", await installedPackage("otel-2"), program], {
    ...circumstances,
    env: OFFLINE,
  });
}

/** What the oldest SDK has to load is enough here; `registerTool` it does not have. */
function withoutRegisterTool(program: string): string {
  const specifier = "@modelcontextprotocol/sdk/server/mcp.js";
  return program.endsWith(".mjs")
    ? `import { McpServer } from "${specifier}"; console.log("loaded", typeof McpServer);`
    : `console.log("loaded", typeof require("${specifier}").McpServer);`;
}
