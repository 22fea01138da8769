// Several copies of the OpenTelemetry API in one process, older and newer than the one beside mcp-otelkit.
import { afterAll, beforeAll, expect, it } from "vitest";
import { home, installedPackage, type OtelLine } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { chainsOf } from "./chains.ts";
import { ALL_THEIRS, join, JOINED_CHAINS, sendersOfEach } from "./joined.ts";
import { describeVariants } from "../support/variants.ts";

const LINES: readonly [beside: OtelLine, theirs: OtelLine][] = [
  ["otel-2", "otel-3"],
  ["otel-3", "otel-2"],
];

// The first of a line is the copy beside mcp-otelkit.
describeVariants(LINES, { concurrent: true }, (beside, theirs) => {
  let sandbox: Sandbox;
  let preload: string[];
  beforeAll(async () => {
    preload = ["--import", await installedPackage(beside)];
    sandbox = await createSandbox("process", "sdk-v1-latest", theirs);
  });
  afterAll(() => sandbox.remove());

  it(`a library that took its tracer from the API of ${theirs} records, as a child of the tool call`, async () => {
    const folders = [await home("otel-2"), await home("otel-3")];

    const joined = await join([...preload, "api-copies.mjs", ...folders], { cwd: sandbox.folder });

    expect(joined.stderr).not.toContain("could not register");
    const tool = joined.spans.find(({ name, kind }) => name === "tools/call work" && kind === "SERVER");
    const libraries = joined.spans.filter(({ scope }) => scope === "library");
    expect(Object.fromEntries(libraries.map(({ name, parentSpanId }) => [name, parentSpanId]))).toEqual({
      "library 0": tool?.spanId,
      "library 1": tool?.spanId,
    });
    expect(joined.metrics.some(({ name }) => name === "library.calls")).toBe(true);
  });

  it.each<[string, () => string[]]>([
    ["before", () => ["--import", "./user-sdk-preload.mjs", ...preload, "joining.mjs"]],
    ["after the MCP SDK was loaded", () => [...preload, "joining.mjs", "after-import"]],
  ])(`a NodeSDK of ${theirs} that starts %s is joined`, async (_when, words) => {
    const joined = await join(words(), { cwd: sandbox.folder });

    expect(joined.stdout).toBe("worked\n");
    expect(joined.stderr).not.toMatch(/duplicate registration|could not register|does not match/);
    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_THEIRS);
  });
});
