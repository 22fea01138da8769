// A process ends as it would have ended without us, and what it had recorded arrives.
import { describe, expect, it, onTestFinished } from "vitest";
import { startOtlpReceiver, type OtlpReceiver } from "../support/otlp-receiver.ts";
import { exportingTo, PRELOAD, runProgram } from "./program.ts";
import { startServer, type HostedServer } from "./stdio-host.ts";

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
