// What an application prints on a stdio server's stdout: told once, counted, and under `protect` kept from the client.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PRELOAD, PROGRAMS, runProgram, type Circumstances, type Ended } from "./program.ts";
import { eventually } from "../support/page.ts";
import { serveProgram } from "./served.ts";
import { startServer } from "./stdio-host.ts";
import { describeVariants } from "../support/variants.ts";

const SERVERS = ["chatty-v1.mjs", "chatty-v1.cjs", "chatty-v2.mjs", "chatty-v2.cjs", "chatty-stdio.mjs"];

/** Tool, where it writes (by the mark in the fixture; `undefined`: nobody can tell), and how many writes that is. */
const STRAYS: readonly (readonly [tool: string, mark: string | undefined, writes: number])[] = [
  ["log", "log", 1],
  ["table", "table", 1],
  ["json", "json", 1],
  ["empty", "empty", 1],
  ["dependency", "dependency", 1],
  ["later", "later", 1],
  ["pieces", "pieces", 3],
  ["patient", "patient", 2],
  ["piped", undefined, 1],
  ["worker", undefined, 1],
];

const COUNTER = "mcp_stdout_stray_writes_total";
const WARNING = /stdout carries the MCP protocol, and something else was written to it, by (.*?); /g;

/** Calls these tools one after the other, and lets the server end. */
async function talk(
  program: string,
  tools: readonly string[],
  env: Record<string, string> = {},
  preload: readonly string[] = PRELOAD,
): Promise<Ended> {
  const quiet = { OTEL_TRACES_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none", LOG_LEVEL: "ERROR" };
  const circumstances: Circumstances = { env: { ...quiet, ...env } };
  const server = startServer([...preload, program], circumstances);
  server.child.setMaxListeners(0).stdout?.setMaxListeners(0);
  for (const [at, tool] of tools.entries()) {
    server.call(tool);
    await server.printed(`"id":${at + 1}}`);
  }
  server.endInput();
  return server.ended;
}

/** Where the fixtures say `says: <mark>`. */
function placeOf(mark: string | undefined): string {
  if (mark === undefined) return "a stream that is piped there, a worker thread, or code without a place";
  const file = join(PROGRAMS, mark === "dependency" ? "chatty-dependency.cjs" : "chatty-tools.cjs");
  const lines = readFileSync(file, "utf8").split("\n");
  return `${file}:${lines.findIndex((line) => line.endsWith(`// says: ${mark}`)) + 1}`;
}

const placesIn = (stderr: string): string[] => [...stderr.matchAll(WARNING)].map(([, place = ""]) => place);

/** Lines that a strict client would end the connection for. */
function strayLines(stdout: string): string[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .filter((line) => !/^\{.*"jsonrpc":"2\.0".*\}$/.test(line) || line.includes("secret"));
}

describeVariants(
  SERVERS.map((program) => [program] as [string]),
  { concurrent: true },
  (program) => {
    it("without a stray write: nothing is told, and nothing is different", async () => {
      const tools = ["large", "message"];
      const without = await talk(program, tools, {}, []);
      const detecting = await talk(program, tools);
      const protecting = await talk(program, tools, { OTEL_INSTRUMENTATION_MCP_STDOUT: "protect" });

      expect(without.stdout).toContain("by hand");
      expect(detecting.stdout === without.stdout).toBe(true);
      expect(protecting.stdout === without.stdout).toBe(true);
      expect(placesIn(detecting.stderr + protecting.stderr)).toEqual([]);
    });

    it("detect, the default: stdout as without us, one warning with the place, never the content", async () => {
      const tools = ["large", "later", "log", "dependency", "large"];
      const without = await talk(program, tools, {}, []);
      const { stdout, stderr, code } = await talk(program, tools);

      expect(stdout === without.stdout).toBe(true);
      expect(code).toBe(without.code);
      expect(placesIn(stderr)).toEqual([placeOf("later")]);
      expect(stderr).toContain("console.error");
      expect(stderr).toContain("OTEL_INSTRUMENTATION_MCP_STDOUT=protect");
      expect(stderr).not.toContain("secret");
    });

    it("protect: a strict client sees none of it, stderr has all of it, and it is told once", async () => {
      const tools = STRAYS.map(([tool]) => tool);
      const env = { OTEL_INSTRUMENTATION_MCP_STDOUT: "protect", BANNER: "yes" };
      const { stdout, stderr, code } = await talk(program, tools, env);

      expect(strayLines(stdout)).toEqual([]);
      expect(stdout.match(/"text":"done"/g)).toHaveLength(tools.length);
      expect(placesIn(stderr)).toEqual([placeOf("before")]);
      expect(stderr.match(/secret of\s+the call/g)?.length).toBe(tools.length - 1); // one of them prints an empty line;
      expect(stderr).toMatch(/^starting with the secret\n[^]*^listening with the secret\n/m);
      expect(code).toBe(0);
    });
  },
);

describeVariants([["chatty-v1.mjs"], ["chatty-v2.cjs"]], { concurrent: true }, (program) => {
  it("off: nothing is looked at", async () => {
    const env = { OTEL_INSTRUMENTATION_MCP_STDOUT: "off", BANNER: "yes" };
    const { stdout, stderr } = await talk(program, ["log"], env);

    expect(strayLines(stdout)).toHaveLength(3);
    expect(placesIn(stderr)).toEqual([]);
  });

  it("a banner before the transport is told of when the transport is there", async () => {
    const { stderr } = await talk(program, ["log"], { BANNER: "yes" });

    expect(placesIn(stderr)).toEqual([placeOf("before")]);
  });
});

it.concurrent.each(STRAYS)("%s is at %s in the code, and %i stray writes", async (tool, mark, writes) => {
  const server = await serveProgram(["chatty-v1.mjs"], { cwd: PROGRAMS });
  const message = (rest: object): void => server.order(JSON.stringify({ jsonrpc: "2.0", ...rest }));
  message({
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "host", version: "1" } },
  });
  message({ method: "notifications/initialized" });
  for (const [id, name] of [tool, "message", "large"].entries())
    message({ id: id + 1, method: "tools/call", params: { name, arguments: {} } });
  try {
    await server.said(/"id":3\}/);

    const page = await eventually(server.page, (now) => (now.value(COUNTER) ?? 0) >= writes);

    expect(page.value(COUNTER)).toBe(writes);
    expect(placesIn(server.stderr())).toEqual([placeOf(mark)]);
  } finally {
    server.child.kill("SIGKILL");
  }
});

it("a child's output cannot be seen: it does not come by way of this process", async () => {
  const { stdout, stderr } = await talk("chatty-v1.mjs", ["child"], {
    OTEL_INSTRUMENTATION_MCP_STDOUT: "protect",
  });

  expect(strayLines(stdout)).toEqual(["the secret of a child"]);
  expect(placesIn(stderr)).toEqual([]);
});

it("a server that is not on stdio prints what it likes", async () => {
  const { stdout, stderr } = await runProgram([...PRELOAD, "chatty-http.mjs"], {
    env: { BANNER: "yes", OTEL_TRACES_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" },
  });

  expect(stdout).toBe("starting with the secret\nserving\n");
  expect(placesIn(stderr)).toEqual([]);
});

it("a client that cannot take it any more: protect does not end a server whose host has closed stderr", async () => {
  const env = {
    OTEL_INSTRUMENTATION_MCP_STDOUT: "protect",
    OTEL_TRACES_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  };
  const server = startServer([...PRELOAD, "chatty-v1.mjs"], { env });
  server.call("empty");
  await server.printed('"id":1}');
  server.child.stderr?.destroy();
  server.call("log");
  await server.printed('"id":2}');

  server.endInput();

  const { stdout, code } = await server.ended;
  expect(strayLines(stdout)).toEqual([]);
  expect(code).toBe(0);
});
