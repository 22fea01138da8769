// `mcp-otelkit run -- <command>`: the host and the server notice nothing, and every message is recorded by one of the two.
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { bareMessage } from "../wire/trace-keys.ts";
import { exportingTo, startProgram, type Running } from "./program.ts";
import { hasPython, needsPython } from "../support/python.ts";

const CLI = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const PYTHON = ["python3", fileURLToPath(new URL("../fixtures/wire/server.py", import.meta.url))];
const EVERYTHING = [
  execPath,
  fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js")),
];
const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async function startRun(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const running = startProgram([CLI, "run", "--", ...command], {
    env: { ...exportingTo(receiver.url), ...env },
  });
  return { ...talkingTo(running), receiver };
}

/** The same server without anything between. */
function startDirect([program = "", ...words]: readonly string[]) {
  return talkingTo(startProgram(words, { node: program }));
}

function talkingTo(running: Running) {
  let id = -1;
  const ask = async (method: string, params: object = {}): Promise<void> => {
    id += 1;
    running.child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    if (running.child.stdout !== null) await answered(running, id);
  };
  return {
    ...running,
    ask,
    initialize: () =>
      ask("initialize", {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "host", version: "1" },
      }),
    call: (name: string, args: object = {}, meta?: object) =>
      ask("tools/call", { name, arguments: args, ...(meta !== undefined && { _meta: meta }) }),
    tell: (method: string, params: object) =>
      running.child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`),
    /** A call that is not answered. */
    leave: (name: string, args: object = {}) =>
      running.child.stdin?.write(
        `${JSON.stringify({ jsonrpc: "2.0", id: 99, method: "tools/call", params: { name, arguments: args } })}\n`,
      ),
  };
}

async function answered(running: Running, id: number): Promise<void> {
  await Promise.any([
    running.printed(`"id":${id},`),
    running.printed(`"id":${id}}`),
    running.printed(`"id": ${id},`),
  ]);
}

describe.skipIf(!hasPython)(`a Python server${needsPython}`, () => {
  it("is observed from its pipe, and continues the host's trace", async () => {
    const server = await startRun(PYTHON);
    await server.initialize();
    await server.call("meta", {}, { traceparent: TRACEPARENT, progressToken: 5 });
    server.child.stdin?.end();

    const { stdout, code } = await server.ended;

    const [initialize, call] = server.receiver.spans();
    expect(code).toBe(0);
    expect(initialize).toMatchObject({ name: "initialize", kind: "SERVER" });
    expect(call).toMatchObject({ name: "tools/call meta", kind: "SERVER", parentSpanId: "b7ad6b7169203331" });
    const arrived = `00-0af7651916cd43dd8448eb211c80319c-${call?.spanId}-01`;
    expect(stdout).toContain(JSON.stringify(`"traceparent": "${arrived}"`).slice(1, -1));
  });

  it("gets what the direct one gets, and says the same, with a megabyte in a message", async () => {
    const text = "ü".repeat(170_000); // six bytes each in the answer;
    const talk = async (server: ReturnType<typeof startDirect>): Promise<unknown> => {
      await server.initialize();
      server.leave("echo", { text });
      server.child.stdin?.end();
      const { stdout, code } = await server.ended;
      return { same: stdout, code };
    };

    const through = await talk(await startRun([...PYTHON, "--greets", "--exits-7"]));

    expect(through).toEqual(await talk(startDirect([...PYTHON, "--greets", "--exits-7"])));
  });

  it.each(["SIGTERM", "SIGKILL", "SIGABRT"])("dies of %s, and so does run", async (signal) => {
    const server = await startRun(PYTHON);
    await server.initialize();

    server.leave("die", { signal });

    expect(await server.ended).toMatchObject({ code: null, signal });
    const spans = await server.receiver.waitFor((all) => all.length === 2);
    expect(spans[1]?.attributes).toMatchObject({ "error.type": "connection_closed" });
  });

  it("exits in the middle with its own code", async () => {
    const server = await startRun(PYTHON);
    await server.initialize();

    server.leave("exit", { code: 3 });

    expect(await server.ended).toMatchObject({ code: 3, signal: null });
  });

  it("gets the signals that run gets", async () => {
    const server = await startRun([...PYTHON, "--ignores-sigterm"]);
    await server.initialize();

    server.child.kill("SIGTERM");
    await server.printed('"data": "SIGTERM"');
    server.child.stdin?.end();

    expect(await server.ended).toMatchObject({ code: 0, signal: null });
  });

  it("finds its input ended where run is killed", async () => {
    const server = await startRun(PYTHON);
    await server.initialize();

    server.child.kill("SIGKILL");

    const { stderr, signal } = await server.ended;
    expect(signal).toBe("SIGKILL");
    expect(stderr).toContain("the input has ended");
  });

  it("runs without telemetry where that is switched off", async () => {
    const server = await startRun(PYTHON, { OTEL_SDK_DISABLED: "true" });
    await server.initialize();
    server.child.stdin?.end();

    expect(await server.ended).toMatchObject({ code: 0, stderr: "the input has ended\n" });
    expect(server.receiver.spans()).toEqual([]);
  });
});

describe("a Node server", () => {
  it("is seen from within, once, and says what it says without run", async () => {
    const talk = async (server: ReturnType<typeof startDirect>): Promise<string> => {
      await server.initialize();
      await server.call("echo", { message: "hello" });
      server.child.stdin?.end();
      return (await server.ended).stdout;
    };
    const server = await startRun(EVERYTHING);

    const through = await talk(server);

    expect(through).toBe(await talk(startDirect(EVERYTHING)));
    const spans = server.receiver.spans();
    expect(spans.map(({ name }) => name)).toEqual(["initialize", "tools/call echo"]);
  });

  it("is observed from its pipe where no preload gets there, with the same spans, and says the same", async () => {
    const talk = async (server: ReturnType<typeof startDirect>): Promise<string> => {
      await server.initialize();
      server.tell("notifications/initialized", {});
      await server.ask("tools/list");
      await server.call("echo", { message: "hello" });
      await server.call("no such tool");
      await server.ask("resources/list");
      await server.ask("prompts/list");
      await server.ask("no/such/method");
      server.child.stdin?.end();
      return (await server.ended).stdout;
    };
    const within = await startRun(EVERYTHING);
    const outside = await startRun(["env", "-u", "NODE_OPTIONS", ...EVERYTHING]);

    const said = await Promise.all([talk(within), talk(outside), talk(startDirect(EVERYTHING))]);

    // What the server says of itself, when it has been initialized, comes when it comes.
    const [one, ...others] = said.map((text) => text.split("\n").map(bareMessage).toSorted());
    for (const other of others) expect(other).toEqual(one);
    const told = (server: typeof within) =>
      server.receiver.spans().map(({ name, kind, attributes }) => ({
        name,
        kind,
        error: attributes["error.type"],
        status: attributes["rpc.response.status_code"],
        transport: attributes["network.transport"],
        tool: attributes["gen_ai.tool.name"],
        client: attributes["mcp.client.name"],
        server: attributes["mcp.server.name"],
        version: attributes["mcp.protocol.version"],
      }));
    const asked = (server: typeof within) => told(server).filter(({ kind }) => kind === "SERVER");
    expect(asked(outside)).toEqual(asked(within));
    expect(asked(outside)).toHaveLength(8);
    expect(told(outside)).toEqual(expect.arrayContaining(told(within)));
  });
});

it("says what a shell says of a command that is not there", async () => {
  const server = await startRun(["no-such-command-anywhere"]);

  expect(await server.ended).toMatchObject({ code: 127, stdout: "" });
});
