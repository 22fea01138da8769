// A process ends as it would have ended without us, and what it had recorded arrives.
import { describe, expect, it, onTestFinished } from "vitest";
import { startOtlpReceiver, type OtlpReceiver } from "../support/otlp-receiver.ts";
import { exportingTo, PRELOAD, runProgram, traceProgram } from "./program.ts";
import { startServer, type HostedServer } from "./stdio-host.ts";
import { patience } from "../support/patience.ts";

const RECORDED = ["initialize", "notifications/initialized", "tools/call add"];

describe("the end of stdin", () => {
  it.each([
    ["stdio-server.mjs", "", 0],
    ["stdio-server-v2.cjs", "", 0],
    ["stdio-server.mjs", "exit code 7", 7],
  ])("ends %s %s with %i", async (program, habit, code) => {
    const { server, receiver } = await serving(program, habit);
    await server.add(2, 3);

    server.endInput();

    const ended = await server.ended;
    expect(ended).toMatchObject({ code, signal: null });
    expect(namesIn(receiver)).toEqual(RECORDED);
  });

  it("leaves the application its own last work", async () => {
    const { server, receiver } = await serving("stdio-server.mjs", "works at beforeExit");
    await server.add(2, 3);

    server.endInput();

    const ended = await server.ended;
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stderr).toContain("worked to the end");
    expect(namesIn(receiver)).toEqual(RECORDED);
  });
});

describe("an application that listens for beforeExit", () => {
  it.each([
    ["finds work there, four times", "pump", 5],
    ["finds work that takes longer than the batches do", "slow pump", 5],
    ["works elsewhere, and comes back once more", "late", 3],
  ])("%s: loses nothing, and ends with its own status", async (_what, how, calls) => {
    const { code, signal, stderr, spans } = await traceProgram([...PRELOAD, "ends.mjs", how], {
      env: { OTEL_BSP_SCHEDULE_DELAY: how === "slow pump" ? "50" : "60000" },
    });

    expect({ code, signal }).toEqual({ code: 4, signal: null });
    expect(stderr).not.toContain("lost");
    expect(spans.filter(({ name }) => name === "tools/call ping")).toHaveLength(2 * calls);
  });

  it.each(["records", "records later"])("and %s each time is not asked for ever", async (how) => {
    const { code, stdout } = await traceProgram([...PRELOAD, "ends.mjs", how]);

    expect(code).toBe(4);
    expect(stdout.split("\n").length).toBeLessThan(40);
  });

  it("has its own end where the collector is gone", async () => {
    const asked = performance.now();
    const { code, stderr } = await runProgram([...PRELOAD, "ends.mjs", "pump"], {
      env: exportingTo("http://127.0.0.1:1"),
    });

    expect(code).toBe(4);
    expect(stderr).toMatch(/lost: \d+ spans$/m);
    expect(performance.now() - asked).toBeLessThan(patience(8_000));
  });
});

it("a host that closes stderr does not end the server", async () => {
  const { server } = await serving("stdio-server.mjs", "");
  server.child.stderr?.destroy();
  await server.add(2, 3);

  server.endInput();

  expect(await server.ended).toMatchObject({ code: 0, signal: null });
});

describe("a signal", () => {
  it.each<NodeJS.Signals>(["SIGTERM", "SIGINT", "SIGHUP"])(
    "%s ends the process by itself, after the spans are out",
    async (signal) => {
      const { server, receiver } = await serving("stdio-server.mjs");
      await server.add(2, 3);

      server.child.kill(signal);

      expect(await server.ended).toMatchObject({ code: null, signal });
      expect(namesIn(receiver)).toEqual(RECORDED);
    },
  );

  it("that the application handles does not end it, nor its telemetry, however often it comes", async () => {
    const { server, receiver } = await serving("stdio-server.mjs", "handles SIGTERM");
    await server.add(2, 3);
    for (const round of [1, 2]) {
      server.child.kill("SIGTERM");
      await receiver.waitFor((spans) => spans.length === RECORDED.length + round - 1);
      await server.add(round, 10);
    }

    server.endInput();

    const ended = await server.ended;
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stderr.match(/reloaded/g)).toHaveLength(2);
    expect(namesIn(receiver)).toEqual([...RECORDED, "tools/call add", "tools/call add"]);
  });

  it("ends a process whose own listener waits to be the only one (signal-exit)", async () => {
    const { server } = await serving("stdio-server.mjs", "cleans up at SIGTERM");
    await server.add(2, 3);

    server.child.kill("SIGTERM");

    const ended = await server.ended;
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(ended.stderr.match(/cleaned up/g)).toHaveLength(1);
  });
});

it("process.exit() in a tool ends the process at once, with its code", async () => {
  const { server } = await serving("stdio-server.mjs");
  await server.add(2, 3);

  server.call("exit");

  expect(await server.ended).toMatchObject({ code: 3, signal: null });
});

it("an exception that the application survives does not hold up a later process.exit()", async () => {
  const { code, stdout, spans } = await traceProgram([...PRELOAD, "ends.mjs", "handled"], {
    env: { OTEL_BSP_SCHEDULE_DELAY: "60000", OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT: "off" },
  });

  expect(code).toBe(1);
  expect(stdout).toBe("handled x\n");
  expect(spans).toEqual([]);
});

it.concurrent.each([
  "lets a request fail",
  "lets a request time out",
  "lets a notification fail",
  "throws in a timer",
])("a program that %s and looks away dies as it did", async (how) => {
  const without = await runProgram(["looks-away.mjs", how]);
  const preloaded = await runProgram([...PRELOAD, "looks-away.mjs", how], {
    env: { OTEL_TRACES_EXPORTER: "none" },
  });

  expect(without.code).not.toBe(0);
  expect({ ...preloaded, stderr: "" }).toEqual({ ...without, stderr: "" });
  expect(fatalErrorIn(preloaded.stderr)).toBe(fatalErrorIn(without.stderr));
});

async function serving(
  program: string,
  habit = "",
): Promise<{ server: HostedServer; receiver: OtlpReceiver }> {
  const receiver = await startOtlpReceiver();
  const server = startServer([...PRELOAD, program], { env: { ...exportingTo(receiver.url), HABIT: habit } });
  onTestFinished(async () => {
    server.child.kill("SIGKILL");
    await receiver.close();
  });
  return { server, receiver };
}

function namesIn(receiver: OtlpReceiver): string[] {
  return receiver
    .spans()
    .map(({ name }) => name)
    .toSorted();
}

/** The line Node prints of an error it dies of, without the stack. */
function fatalErrorIn(stderr: string): string | undefined {
  return /^(\w*Error\b.*)$/m.exec(stderr)?.[1];
}
