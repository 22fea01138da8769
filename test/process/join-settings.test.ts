// OTEL_INSTRUMENTATION_MCP_SDK: which SDK is used, with and without the user's own. `auto`, the default, is
// join-order.test.ts.
import { describe, expect, it } from "vitest";
import type { SeenSpan } from "../support/seen-span.ts";
import { chainsOf } from "./chains.ts";
import { ALL_OURS, ALL_THEIRS, join, JOINED_CHAINS, sendersOf, sendersOfEach } from "./joined.ts";
import { PRELOAD } from "./program.ts";

const SETTING = "OTEL_INSTRUMENTATION_MCP_SDK";
const THEIRS = ["--import", "./user-sdk-preload.mjs"];
const NOTHING = { spans: [], metrics: [], logs: [] };

/** With the user's SDK in each place where it can be. */
const PLACES: readonly [string, string[]][] = [
  ["before ours", [...THEIRS, ...PRELOAD, "joining.mjs"]],
  ["after ours", [...PRELOAD, ...THEIRS, "joining.mjs"]],
  ["after the MCP SDK", [...PRELOAD, "joining.mjs", "after-import"]],
];

describe("join never starts the embedded SDK", { concurrent: true }, () => {
  const env = { [SETTING]: "join" };

  it.each(PLACES)("with the user's SDK %s", async (_where, words) => {
    const joined = await join(words, { env });

    expect(joined.stderr).not.toContain("duplicate registration");
    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_THEIRS);
  });

  it("and waits where there is none", async () => {
    const joined = await join([...PRELOAD, "joining.mjs"], { env });

    expect(joined.stdout).toBe("worked\n");
    expect(joined.stderr).toContain(
      "telemetry waits for an OpenTelemetry SDK of the application (OTEL_INSTRUMENTATION_MCP_SDK=join)",
    );
    expect(sendersOfEach(joined)).toEqual(NOTHING);
  });
});

describe("own sends MCP telemetry through the embedded SDK, beside the user's", { concurrent: true }, () => {
  const env = { [SETTING]: "own" };

  it.each([...PLACES, ["after the first call", [...PRELOAD, "joining.mjs", "after-connect"]] as const])(
    "with the user's SDK %s",
    async (_where, words) => {
      const joined = await join(words, { env });

      expect(joined.stderr).not.toContain("duplicate registration");
      expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
      expect(sendersOf(joined.spans.filter(isMcp))).toEqual(["ours"]);
      expect(sendersOf(joined.metrics.filter(({ name }) => name.startsWith("mcp.")))).toEqual(["ours"]);
      expect(sendersOf(joined.logs)).toEqual(["ours"]);
      const others = joined.spans.filter((span) => !isMcp(span));
      const [latest] = others.toSorted((one, other) => Number(other.startNs - one.startNs));
      expect(latest?.service).toBe("theirs");
    },
  );

  it("and alone it is as auto is", async () => {
    const joined = await join([...PRELOAD, "joining.mjs"], { env });

    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_OURS);
  });

  function isMcp({ scope }: SeenSpan): boolean {
    return scope === "mcp-otelkit";
  }
});

describe("as without mcp-otelkit", { concurrent: true }, () => {
  it.each([
    { [SETTING]: "off" },
    { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "mcp" },
    { OTEL_NODE_ENABLED_INSTRUMENTATIONS: "http,undici" },
  ])("%o", async (env) => {
    const alone = await join([...PRELOAD, "joining.mjs"], { env });
    const joined = await join([...THEIRS, ...PRELOAD, "joining.mjs"], { env });

    expect({ stdout: alone.stdout, stderr: alone.stderr }).toEqual({ stdout: "worked\n", stderr: "" });
    expect(sendersOfEach(alone)).toEqual(NOTHING);
    expect(chainsOf(joined.spans)).not.toContainEqual(expect.stringContaining("tools/call"));
  });
});

it("an unknown value is reported, and auto applies", async () => {
  const joined = await join([...PRELOAD, "joining.mjs"], { env: { [SETTING]: "sometimes" } });

  expect(joined.stderr).toContain(
    `${SETTING}=sometimes is none of auto, join, own, off; using the default\n`,
  );
  expect(sendersOfEach(joined)).toEqual(ALL_OURS);
});
