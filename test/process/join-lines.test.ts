// The application's SDK is usually another copy than the embedded one: of the 2.x line, of the 3.x line, or with all
// of `@opentelemetry/auto-instrumentations-node`.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installedPackage, type OtelLine } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { chainsOf } from "./chains.ts";
import { ALL_THEIRS, join, JOINED_CHAINS, sendersOfEach } from "./joined.ts";
import { patience } from "../support/patience.ts";
import { describeVariants } from "../support/variants.ts";

const THEIRS = ["--import", "./user-sdk-preload.mjs"];

describeVariants<[OtelLine]>([["otel-2"], ["otel-3"]], { concurrent: true }, (line) => {
  let sandbox: Sandbox;
  let ours: string[];
  beforeAll(async () => {
    ours = ["--import", await installedPackage(line)];
    sandbox = await createSandbox("process", "sdk-v1-latest", line);
  });
  afterAll(() => sandbox.remove());

  it.each<[string, () => string[]]>([
    ["before us", () => [...THEIRS, ...ours, "joining.mjs"]],
    ["after us", () => [...ours, ...THEIRS, "joining.mjs"]],
    ["in the application, after the MCP SDK", () => [...ours, "joining.mjs", "after-import"]],
  ])("%s", async (_when, words) => {
    const joined = await join(words(), { cwd: sandbox.folder });

    expect(joined.stdout).toBe("worked\n");
    expect(joined.stderr).not.toContain("duplicate registration");
    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_THEIRS);
  });

  it("after the first call", async () => {
    const joined = await join([...ours, "joining.mjs", "after-connect"], { cwd: sandbox.folder });

    expect(joined.stderr).toContain("an OpenTelemetry SDK has started after the embedded one");
    expect(joined.stderr).not.toContain("duplicate registration");
    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
  });
});

describe("auto-instrumentations-node/register", { concurrent: true, tags: ["proof"] }, () => {
  const theirs = ["--import", "@opentelemetry/auto-instrumentations-node/register"];
  let sandbox: Sandbox;
  let ours: string[];
  beforeAll(async () => {
    ours = ["--import", await installedPackage("otel-2")];
    sandbox = await createSandbox("process", "sdk-v1-latest", "auto-instrumentations");
  });
  afterAll(() => sandbox.remove());

  it.each<[string, () => string[]]>([
    ["before us", () => [...theirs, ...ours]],
    ["after us", () => [...ours, ...theirs]],
  ])("%s: one SDK, one span each", async (_order, flags) => {
    const joined = await join([...flags(), "joining.mjs"], {
      cwd: sandbox.folder,
      hungAfterMs: patience(20_000),
    });

    expect(joined.stdout).toBe("worked\n");
    expect(joined.stderr).toContain("goes through the OpenTelemetry SDK of this process\n");
    // Of the many instrumentations, only those that mcp-otelkit has as well; `net` and the like are the application's
    // alone.
    const shared = ["mcp-otelkit", "application", "@opentelemetry/instrumentation-http"];
    expect(chainsOf(joined.spans.filter(({ scope }) => shared.includes(scope)))).toEqual(JOINED_CHAINS);
    const exports = joined.metrics.filter(({ name }) => name === "mcp.tool.calls");
    expect(exports).toHaveLength(1); // at the end, by one exporter
  });
});
