// An OpenTelemetry SDK of the user's is used wherever it starts: before us or after, before the MCP SDK is loaded, before the
// first connection, after it. Each signal goes through one SDK, each message is one span, each HTTP request one on either side.
import { describe, expect, it } from "vitest";
import { startOtlpReceiver, type SeenMetric } from "../support/otlp-receiver.ts";
import type { SeenLog } from "../support/seen-log.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { chainsOf } from "./chains.ts";
import { PRELOAD, runProgram, type Ended } from "./program.ts";

const THEIRS = ["--import", "./user-sdk-preload.mjs"];

const WORK = "CLIENT tools/call work > SERVER tools/call work > INTERNAL work > CLIENT GET > SERVER GET";
const CHAINS = [
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  WORK,
  WORK,
];

const JOINED = "goes through the OpenTelemetry SDK of this process\n";
const TAKEN_OVER =
  "an OpenTelemetry SDK has started after ours: from now on traces and metrics and logs go through";

interface Joined extends Ended {
  readonly spans: SeenSpan[];
  readonly metrics: SeenMetric[];
  readonly logs: SeenLog[];
}

async function join(words: readonly string[], env: Record<string, string> = {}): Promise<Joined> {
  const receiver = await startOtlpReceiver();
  try {
    const ended = await runProgram(words, {
      env: {
        OTEL_SERVICE_NAME: "ours",
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_LOGS_EXPORTER: "otlp",
        ...env,
      },
    });
    return { ...ended, spans: receiver.spans(), metrics: receiver.metrics(), logs: receiver.logs() };
  } finally {
    await receiver.close();
  }
}

/** Who has sent it: the names of the services, in alphabetical order. */
function sendersOf(items: readonly { readonly service: string }[]): string[] {
  return [...new Set(items.map(({ service }) => service))].toSorted();
}

function sendersOfEach({ spans, metrics, logs }: Joined): Record<string, string[]> {
  return { spans: sendersOf(spans), metrics: sendersOf(metrics), logs: sendersOf(logs) };
}

const ALL_THEIRS = { spans: ["theirs"], metrics: ["theirs"], logs: ["theirs"] };

describe("a NodeSDK of the user's", { concurrent: true }, () => {
  it.each<[string, string[], string]>([
    ["in a preload before ours", [...THEIRS, ...PRELOAD, "joining.mjs"], JOINED],
    ["in a preload after ours", [...PRELOAD, ...THEIRS, "joining.mjs"], JOINED],
    ["in the application, before it loads the MCP SDK", [...PRELOAD, "joining.mjs", "before-import"], JOINED],
    [
      "after it has loaded the MCP SDK, some turns later",
      [...PRELOAD, "joining.mjs", "after-import"],
      TAKEN_OVER,
    ],
  ])("%s has everything", async (_when, words, told) => {
    const joined = await join(words);

    expect(joined.stdout).toBe("worked\n");
    expect(joined.stderr).toContain(told);
    expect(joined.stderr).not.toContain("duplicate registration");
    expect(chainsOf(joined.spans)).toEqual(CHAINS);
    expect(sendersOfEach(joined)).toEqual(ALL_THEIRS);
  });

  it("after the first call has all that comes later, and nothing twice", async () => {
    const joined = await join([...PRELOAD, "joining.mjs", "after-connect"]);

    expect(joined.stderr).toContain(TAKEN_OVER);
    expect(joined.stderr).not.toContain("duplicate registration");
    expect(chainsOf(joined.spans)).toEqual(CHAINS);
    // The first call was over before they came; a trace is never torn apart.
    expect(sendersPerTrace(joined.spans)).toEqual(["ours", "ours", "ours", "theirs"]);
    expect(sendersOf(joined.metrics)).toEqual(["ours", "theirs"]); // what the first call had made, and no more
  });

  it("none: everything is ours", async () => {
    const joined = await join([...PRELOAD, "joining.mjs"]);

    expect(chainsOf(joined.spans)).toEqual(CHAINS);
    expect(sendersOfEach(joined)).toEqual({ spans: ["ours"], metrics: ["ours"], logs: ["ours"] });
  });
});

describe("a signal that the user provides is theirs, the others are ours", { concurrent: true }, () => {
  const SIGNALS = { traces: "spans", metrics: "metrics", logs: "logs" } as const;
  type Signal = keyof typeof SIGNALS;

  it.each<[Signal, string]>([
    ["traces", "traces go through the OpenTelemetry SDK of this process; metrics and logs go to http"],
    ["metrics", "metrics go through the OpenTelemetry SDK of this process; traces and logs go to http"],
    ["logs", "logs go through the OpenTelemetry SDK of this process; traces and metrics go to http"],
  ])("%s before us", async (signal, told) => {
    const joined = await join([...THEIRS, ...PRELOAD, "joining.mjs"], { USER_SDK: signal });

    expect(joined.stderr).toContain(told);
    expectOneOfTheirs(joined, signal);
  });

  it.each<[Signal]>([["traces"], ["metrics"], ["logs"]])("%s after us", async (signal) => {
    const joined = await join([...PRELOAD, "joining.mjs", "after-import", signal]);

    expect(joined.stderr).toContain(`from now on ${signal} go through that one`);
    expect(joined.stderr).not.toContain("duplicate registration");
    expectOneOfTheirs(joined, signal);
  });

  function expectOneOfTheirs(joined: Joined, signal: Signal): void {
    // Who provides traces decides on HTTP: here nobody does.
    const chains = CHAINS.map((chain) =>
      signal === "traces" ? chain.replace(" > CLIENT GET > SERVER GET", "") : chain,
    );
    expect(chainsOf(joined.spans)).toEqual(chains);
    const senders = { spans: ["ours"], metrics: ["ours"], logs: ["ours"], [SIGNALS[signal]]: ["theirs"] };
    expect(sendersOfEach(joined)).toEqual(senders);
  }
});

/** One entry a trace; where two have sent parts of one, both. */
function sendersPerTrace(spans: readonly SeenSpan[]): string[] {
  const traces = [...new Set(spans.map(({ traceId }) => traceId))];
  return traces.map((id) => sendersOf(spans.filter(({ traceId }) => traceId === id)).join("+")).toSorted();
}
