// mcp-otelkit uses the user's OpenTelemetry SDK whenever it starts: before or after mcp-otelkit, before the MCP SDK
// is loaded, before the first connection, after it. Each signal goes through one SDK, each message is one span, each
// HTTP request one on either side.
import { describe, expect, it } from "vitest";
import { chainsOf } from "./chains.ts";
import {
  ALL_OURS,
  ALL_THEIRS,
  join,
  JOINED_CHAINS,
  sendersOf,
  sendersOfEach,
  sendersPerTrace,
  type Joined,
} from "./joined.ts";
import { PRELOAD } from "./program.ts";

const THEIRS = ["--import", "./user-sdk-preload.mjs"];

const TOLD = "goes through the OpenTelemetry SDK of this process\n";
const BUSINESS = ["work.done 2", "work.queued 7"];
const TAKEN_OVER =
  "an OpenTelemetry SDK has started after the embedded one: from now on traces and metrics and logs go through";

describe("the user's own NodeSDK", { concurrent: true }, () => {
  it.each<[string, string[], string, string[]]>([
    ["in a preload before mcp-otelkit", [...THEIRS, ...PRELOAD, "joining.mjs"], TOLD, BUSINESS],
    ["in a preload after mcp-otelkit", [...PRELOAD, ...THEIRS, "joining.mjs"], TOLD, BUSINESS],
    [
      "in the application, before it loads the MCP SDK",
      [...PRELOAD, "joining.mjs", "before-import"],
      TOLD,
      BUSINESS,
    ],
    [
      "after it has loaded the MCP SDK, some turns later",
      [...PRELOAD, "joining.mjs", "after-import"],
      TAKEN_OVER,
      BUSINESS, // made before any SDK was there; without mcp-otelkit they would be silent
    ],
  ])("%s has everything", async (_when, words, told, business) => {
    const joined = await join(words);

    expect(joined.stdout).toBe("worked\n");
    expect(joined.stderr).toContain(told);
    expect(joined.stderr).not.toContain("duplicate registration");
    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_THEIRS);
    expect(businessOf(joined)).toEqual(business);
  });

  it("after the first call has all that comes later, and nothing twice", async () => {
    const joined = await join([...PRELOAD, "joining.mjs", "after-connect"]);

    expect(joined.stderr).toContain(TAKEN_OVER);
    expect(joined.stderr).not.toContain("duplicate registration");
    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    // The first call was over before they came; a trace is never torn apart.
    expect(sendersPerTrace(joined.spans)).toEqual(["ours", "ours", "ours", "theirs"]);
    expect(sendersOf(joined.metrics)).toEqual(["ours", "theirs"]); // only the metrics of the first call
  });

  it("that is never shut down is flushed at the end", async () => {
    const joined = await join([...THEIRS, ...PRELOAD, "joining.mjs"], { env: { USER_SDK_CARELESS: "yes" } });

    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_THEIRS);
  });

  it("none: everything goes through the embedded SDK", async () => {
    const joined = await join([...PRELOAD, "joining.mjs"]);

    expect(chainsOf(joined.spans)).toEqual(JOINED_CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_OURS);
    expect(businessOf(joined)).toEqual(BUSINESS);
  });
});

/** What the application itself measures, by instruments that it makes before any SDK is there. */
function businessOf({ metrics }: Joined): string[] {
  return metrics
    .filter(({ name }) => name.startsWith("work."))
    .map(
      ({ name, sum, gauge }) =>
        `${name} ${Number((sum ?? gauge)?.dataPoints[0]?.asInt ?? (sum ?? gauge)?.dataPoints[0]?.asDouble)}`,
    )
    .toSorted();
}

describe(
  "a signal that the user's SDK provides goes through it, the others through the embedded SDK",
  { concurrent: true },
  () => {
    const SIGNALS = { traces: "spans", metrics: "metrics", logs: "logs" } as const;
    type Signal = keyof typeof SIGNALS;

    it.each<[Signal, string]>([
      ["traces", "traces go through the OpenTelemetry SDK of this process; metrics and logs go to http"],
      ["metrics", "metrics go through the OpenTelemetry SDK of this process; traces and logs go to http"],
      ["logs", "logs go through the OpenTelemetry SDK of this process; traces and metrics go to http"],
    ])("%s before mcp-otelkit", async (signal, told) => {
      const joined = await join([...THEIRS, ...PRELOAD, "joining.mjs"], { env: { USER_SIGNAL: signal } });

      expect(joined.stderr).toContain(told);
      expectOneOfTheirs(joined, signal);
    });

    it.each<[Signal]>([["traces"], ["metrics"], ["logs"]])("%s after mcp-otelkit", async (signal) => {
      const joined = await join([...PRELOAD, "joining.mjs", "after-import", signal]);

      expect(joined.stderr).toContain(`from now on ${signal} go through that one`);
      expect(joined.stderr).not.toContain("duplicate registration");
      expectOneOfTheirs(joined, signal);
    });

    function expectOneOfTheirs(joined: Joined, signal: Signal): void {
      // The SDK with the traces decides on HTTP: here there is none.
      const chains = JOINED_CHAINS.map((chain) =>
        signal === "traces" ? chain.replace(" > CLIENT GET > SERVER GET", "") : chain,
      );
      expect(chainsOf(joined.spans)).toEqual(chains);
      const senders = { ...ALL_OURS, [SIGNALS[signal]]: ["theirs"] };
      expect(sendersOfEach(joined)).toEqual(senders);
    }
  },
);
