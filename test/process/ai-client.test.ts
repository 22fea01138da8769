// The MCP client of the AI SDK has no Protocol, and is known by the shape of its class: in its own package, and inside `ai`.
import { expect, it } from "vitest";
import { describeVariants } from "../support/variants.ts";
import { chainsOf } from "./chains.ts";
import { runProgram, traceProgram } from "./program.ts";
import { tracedSandbox } from "./traced-sandbox.ts";

const CALLS = [
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  "CLIENT tools/call add > SERVER tools/call add",
  "CLIENT tools/list > SERVER tools/list",
];

const sandbox = tracedSandbox("process", "sdk-v1-latest", "ai-sdk");

/** What becomes of an aborted call, for the application and in its span. */
const PACKAGES: [string, { failure: string; errorType: string }][] = [
  ["@ai-sdk/mcp", { failure: "MCPClientError", errorType: "cancelled" }],
  ["ai", { failure: "late", errorType: "connection_closed" }],
];

describeVariants(PACKAGES, {}, (name, { failure, errorType }) => {
  it("records each request, carries its trace, and answers as without us", async () => {
    const without = await runProgram(["ai-client.mjs", name], { cwd: sandbox.folder });
    const { stdout, stderr, spans } = await traceProgram([...sandbox.preload, "ai-client.mjs", name], {
      cwd: sandbox.folder,
    });

    expect(without.stdout).toBe(`add,never 3 ${failure}\n`);
    expect(stdout).toBe(without.stdout);
    expect(stderr).toMatch(new RegExp(`instrumented .*${name} \\d+\\.\\d+\\.\\d+ \\(esm\\)`));
    expect(chainsOf(spans)).toEqual(expect.arrayContaining(CALLS));
    const never = spans.find((span) => span.name === "tools/call never" && span.kind === "CLIENT");
    expect(never?.attributes["error.type"]).toBe(errorType);
  });
});
