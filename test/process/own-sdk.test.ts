// Applications that set up OpenTelemetry themselves: mcp-otelkit uses their SDK and starts no second one.
import { describe, expect, it } from "vitest";
import { installedPackage, type OtelLine } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { PRELOAD, traceProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const ESM = ["--import", "./own-sdk.mjs"];
const COMMONJS = ["--require", "./own-sdk.cjs"];

describeVariants<[string, OtelLine]>(
  [
    ["McpInstrumentation in a NodeSDK of", "otel-2"],
    ["McpInstrumentation in a NodeSDK of", "otel-3"],
  ],
  { concurrent: true },
  (_what, line) => {
    it.each<[string, string[]]>([
      ["imported, in front of an ESM application", [...ESM, "v1.mjs"]],
      ["imported, in front of a CommonJS application", [...ESM, "v2.cjs"]],
      ["required, in front of a CommonJS application", [...COMMONJS, "v1.cjs"]],
      ["required, in front of an ESM application", [...COMMONJS, "v2.mjs"]],
    ])("%s", async (_how, words) => {
      await installedPackage(line);
      const sandbox = await createSandbox(
        "process",
        words.at(-1)?.startsWith("v1") ? "sdk-v1-latest" : "sdk-v2-latest",
        line,
      );
      try {
        const { stdout, stderr, spans } = await traceProgram(words, { cwd: sandbox.folder });

        expect({ stdout, stderr }).toEqual({ stdout: "2 + 3 = 5\n", stderr: "" });
        expect(chainsOf(spans)).toEqual(CONVERSATION);
      } finally {
        sandbox.remove();
      }
    });
  },
);

describe("together with the preload there is one span each", { concurrent: true }, () => {
  it.each<[string, string[]]>([
    ["the preload first", [...PRELOAD, ...ESM, "v1.mjs"]],
    ["the preload last", [...ESM, ...PRELOAD, "v2.mjs"]],
    ["the preload last, the other required", [...COMMONJS, ...PRELOAD, "v1.cjs"]],
  ])("%s", async (_order, words) => {
    const { stdout, stderr, spans } = await traceProgram(words, { env: { OTEL_SERVICE_NAME: "both" } });

    expect(stdout).toBe("2 + 3 = 5\n");
    expect(stderr).not.toMatch(/(go|goes) to http/); // mcp-otelkit's SDK would be a second one
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });

  it("also where the user's SDK knows nothing of MCP", async () => {
    const { stderr, spans } = await traceProgram(["--import", "./plain-sdk.mjs", ...PRELOAD, "v1.mjs"]);

    expect(stderr).toMatch(/; telemetry goes through the OpenTelemetry SDK of this process\n$/);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(["set up by the user"]));
  });
});

it("a user's SDK that starts after the MCP SDK was loaded is joined as well", async () => {
  const { stderr, spans } = await traceProgram([...PRELOAD, "late-sdk.mjs"]);

  expect(stderr).not.toContain("duplicate registration");
  expect(chainsOf(spans)).toEqual(CONVERSATION);
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(["set up by the user"]));
});

it("disable() and enable() work on a running application", async () => {
  const { stdout, spans } = await traceProgram(["switched.mjs"]);

  expect(stdout).toBe("2 + 3 = 5\n".repeat(3));
  expect(chainsOf(spans)).toEqual([...CONVERSATION, ...CONVERSATION].toSorted());
});
