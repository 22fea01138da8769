// The data of a process when it ends: what is open, what is queued, and what is reported about the rest.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startOtlpReceiver, type OtlpReceiver } from "../support/otlp-receiver.ts";
import { exportingTo, PRELOAD, runProgram, traceProgram } from "./program.ts";
import { startServer, type HostedServer } from "./stdio-host.ts";

let receiver: OtlpReceiver;
let server: HostedServer;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  server.child.kill("SIGKILL");
  await receiver.close();
});

const SHAKEN_HANDS = ["initialize", "notifications/initialized"];

describe("what is open", () => {
  it.each<NodeJS.Signals>(["SIGTERM", "SIGINT"])("ends with %s, and arrives", async (signal) => {
    start({});
    await server.add(2, 3);
    server.call("never");
    await server.add(4, 5); // by now it has arrived

    server.child.kill(signal);

    const ended = await server.ended;
    expect(ended).toMatchObject({ code: null, signal });
    expect(spansOf("tools/call never")).toEqual(["connection_closed"]);
    expect(spansOf("tools/call add")).toEqual([undefined, undefined]);
    const drain = "mcp-otelkit: SIGTERM: 1 operation is running\n";
    expect(ended.stderr.includes(drain)).toBe(signal === "SIGTERM"); // by which orchestrators announce the end
  });

  it("is waited for by SIGTERM as long as it is wanted, and ends as it would have", async () => {
    start({ OTEL_INSTRUMENTATION_MCP_DRAIN_MS: "10000" });
    server.call("slow");
    await server.add(2, 3);

    server.child.kill("SIGTERM");
    await receiver.waitFor((spans) => spans.length >= 3); // it has heard
    server.call("hurry");

    const ended = await server.ended;
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(ended.stdout).toContain("at last");
    expect(spansOf("tools/call slow")).toEqual([undefined]);
  });

  it("is not waited for longer than that", async () => {
    start({ OTEL_INSTRUMENTATION_MCP_DRAIN_MS: "100" });
    server.call("never");
    await server.add(2, 3);

    server.child.kill("SIGTERM");

    expect(await server.ended).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(spansOf("tools/call never")).toEqual(["connection_closed"]);
  });

  it("is not waited for after a second SIGTERM", async () => {
    start({ OTEL_INSTRUMENTATION_MCP_DRAIN_MS: "60000" });
    server.call("never");
    await server.add(2, 3);

    server.child.kill("SIGTERM");
    await receiver.waitFor((spans) => spans.length >= 3);
    server.child.kill("SIGTERM");

    expect(await server.ended).toMatchObject({ code: null, signal: "SIGTERM" });
  });
});

it("the end of stdin sends what is queued, though the process has other work", async () => {
  start({ HABIT: "has other work", OTEL_BSP_SCHEDULE_DELAY: "60000" });
  await server.add(2, 3);

  server.endInput();

  await receiver.waitFor((spans) => spans.length === 3);
  expect(server.child.exitCode).toBeNull();
});

describe("process.exit()", () => {
  it.each([
    ["in a tool", "", 3, ["tools/call add", "tools/call exit"]],
    ["in the application's own listener for SIGTERM", "exits at SIGTERM", 5, ["tools/call add"]],
    ["at the end of stdin", "exits at the end of stdin", 6, ["tools/call add"]],
  ])("%s loses nothing", async (_where, habit, code, tools) => {
    start({ HABIT: habit });
    await server.add(2, 3);

    if (code === 3) server.call("exit");
    else if (code === 5) server.child.kill("SIGTERM");
    else server.endInput();

    const ended = await server.ended;
    expect(ended).toMatchObject({ code, signal: null });
    // Data that was sent at the earlier sign and not confirmed may come twice.
    expect([...new Set(namesThatArrived())]).toEqual([...SHAKEN_HANDS, ...tools]);
    expect(ended.stderr).not.toContain("lost");
  });

  it.each(["http/protobuf", "http/json", "grpc"])(
    "waits for what is sent over %s, headers and all",
    async (protocol) => {
      const env = {
        ...exportingTo(protocol === "grpc" ? receiver.grpcUrl : receiver.url, protocol),
        OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a%20b,x-other=c",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-other=d",
      };
      start(env);
      await server.add(2, 3);

      server.call("exit");

      expect(await server.ended).toMatchObject({ code: 3, signal: null });
      expect(receiver.spans()).toHaveLength(4);
      const [delivery] = receiver.deliveries();
      expect(delivery).toMatchObject({ protocol, headers: { "x-tenant": "a b", "x-other": "d" } });
    },
  );

  it("prints the cost and the fix where it must not wait", async () => {
    start({ OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT: "off" });
    await server.add(2, 3);

    server.call("exit");

    const { stderr } = await server.ended;
    expect(stderr).toMatch(
      /^mcp-otelkit: lost: 3 spans; .*OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT=off.*flushTelemetry/m,
    );
  });
});

it.each(["copy flush", "copy exit"])(
  "another copy of this package speaks for the preload's telemetry: %s",
  async (how) => {
    const { code, stderr, spans } = await traceProgram([...PRELOAD, "ends.mjs", how]);

    expect(code).toBe(0);
    expect(stderr).not.toContain("lost");
    expect(spans.filter(({ name }) => name === "tools/call ping")).toHaveLength(2);
  },
);

it("in a worker thread process.exit() costs the same, and what does not help there is not recommended", async () => {
  const { code, stderr } = await traceProgram([...PRELOAD, "ends.mjs", "worker"]);

  expect(code).toBe(0);
  expect(stderr).toMatch(
    /lost: \d+ spans; process\.exit\(\) does not wait in a worker thread: await flushTelemetry/,
  );
  expect(stderr).not.toContain("FLUSH_ON_EXIT");
});

it.each([
  ["that nobody handles", "crash"],
  ["whose handler exits", "exits in handler"],
])("an uncaught exception %s, and a dead collector: names it, and recommends nothing", async (_who, how) => {
  const { code, stderr } = await runProgram([...PRELOAD, "ends.mjs", how], {
    env: { ...exportingTo("http://127.0.0.1:1"), OTEL_BSP_SCHEDULE_DELAY: "60000" },
  });

  expect(code).toBe(1);
  expect(stderr.split("\n").filter((line) => /not confirmed|lost|process\.exit\(\)/.test(line))).toEqual([
    expect.stringContaining(
      "the last spans were not confirmed by http://127.0.0.1:1 (OTEL_EXPORTER_OTLP_ENDPOINT",
    ),
    expect.stringMatching(/lost: \d+ spans$/),
  ]);
});

it.each(["http/protobuf", "grpc"])(
  "an uncaught exception ends the process as before, and its telemetry arrives (%s)",
  async (protocol) => {
    start(exportingTo(protocol === "grpc" ? receiver.grpcUrl : receiver.url, protocol));
    await server.add(2, 3);

    server.call("crash");

    const ended = await server.ended;
    expect(ended).toMatchObject({ code: 1, signal: null });
    expect(ended.stderr).toContain("Error: boom\n    at ");
    expect(namesThatArrived()).toEqual([...SHAKEN_HANDS, "tools/call add", "tools/call crash"]);
    expect(spansOf("tools/call crash")).toEqual(["connection_closed"]);
    expect(ended.stderr).not.toContain("lost");
  },
);

function start(env: Record<string, string>): void {
  server = startServer([...PRELOAD, "stdio-server.mjs"], { env: { ...exportingTo(receiver.url), ...env } });
}

function namesThatArrived(): string[] {
  return receiver
    .spans()
    .map(({ name }) => name)
    .toSorted();
}

/** `error.type` of each span of this name. */
function spansOf(name: string): unknown[] {
  return receiver
    .spans()
    .filter((span) => span.name === name)
    .map(({ attributes }) => attributes["error.type"]);
}
