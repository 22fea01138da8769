// tmcp's server has no Protocol and is given no transport: it is known by the shape of its class, and each connection has a stand-in.
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSandbox } from "../support/sandbox.ts";
import { chainsOf } from "./chains.ts";
import { join } from "./joined.ts";
import { runProgram } from "./program.ts";
import { tracedSandbox } from "./traced-sandbox.ts";

interface Bundler {
  build(options: Record<string, unknown>): Promise<unknown>;
}
/** The one that tsx brings. */
const require = createRequire(createRequire(import.meta.url).resolve("tsx"));
const { build } = require("esbuild") as Bundler;

const CHAINS = [
  "CLIENT _OTHER > SERVER _OTHER",
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  "CLIENT tools/call add > SERVER tools/call add",
  "CLIENT tools/call add > SERVER tools/call add",
  "CLIENT tools/call ask > SERVER tools/call ask > CLIENT elicitation/create > SERVER elicitation/create",
  "CLIENT tools/call fail > SERVER tools/call fail",
  "CLIENT tools/call more > SERVER tools/call more > CLIENT notifications/tools/list_changed > SERVER notifications/tools/list_changed",
  "CLIENT tools/list > SERVER tools/list",
];

const sandbox = tracedSandbox("process", "tmcp", "sdk-v1-latest");

describe.each([
  ["stdio", { "network.transport": "pipe" }],
  ["http", { "network.transport": "tcp", "network.protocol.name": "http" }],
])("over %s", (transport, network) => {
  it("traces, metrics, logs and sessions are those of the official SDK, and the application gets the same", async () => {
    const program = [sandbox.path("tmcp", "client.mjs"), transport];
    const without = await runProgram(program, { cwd: sandbox.folder });
    const { stdout, stderr, spans, metrics, logs } = await join([...sandbox.preload, ...program], {
      cwd: sandbox.folder,
    });

    expect(without.stdout).toContain("5\n");
    expect(stdout).toBe(without.stdout);
    expect(stderr).toMatch(/instrumented .*tmcp 1\.20\.0 \(esm\)/);
    const mcp = spans.filter(({ attributes }) => "mcp.method.name" in attributes);
    expect(chainsOf(mcp)).toEqual(CHAINS);
    const served = mcp.filter(({ kind, name }) => kind === "SERVER" && name.startsWith("tools/call"));
    for (const { attributes } of served)
      expect(attributes).toMatchObject({
        ...network,
        "mcp.client.name": "client",
        "mcp.server.name": "tmcp-server",
        "mcp.server.version": "1.2.3",
      });
    const sessionIds = new Set(served.map(({ attributes }) => typeof attributes["mcp.session.id"]));
    expect([...sessionIds]).toEqual([transport === "http" ? "string" : "undefined"]);
    expect(
      served.map(({ name, attributes, status }) => [name, status.code, attributes["error.type"]]),
    ).toEqual(
      expect.arrayContaining([
        ["tools/call add", "UNSET", undefined],
        ["tools/call add", "ERROR", "tool_error"],
        ["tools/call fail", "ERROR", "-32603"],
      ]),
    );
    expect(inspect([spans, logs], { depth: null })).not.toContain("a secret");
    const onServer = logs.filter(({ service }) => transport === "http" || service === "tmcp-server");
    const sessions = onServer.filter(({ eventName }) => eventName?.startsWith("mcp.session."));
    const bySide = sessions.map(({ eventName, attributes }) => [attributes["mcp.side"], eventName]);
    expect(bySide.filter(([side]) => side === "server")).toEqual([
      ["server", "mcp.session.opened"],
      ["server", "mcp.session.closed"],
    ]);
    const sessionMetric = metrics.filter(({ name }) => name === "mcp.server.session.duration");
    expect(
      sessionMetric.map(({ histogram }) => histogram?.dataPoints.map(({ count }) => Number(count))),
    ).toEqual([[1]]);
  });
});

it("a request without a session, as of 2026-07-28, has its own connection", { tags: ["proof"] }, async () => {
  const modern = await createSandbox("process", "tmcp", "sdk-v2-latest", "otel-2");
  onTestFinished(() => modern.remove());
  const { stdout, spans, logs } = await join([...sandbox.preload, modern.path("tmcp", "stateless.mjs")], {
    cwd: modern.folder,
  });

  expect(stdout).toBe("2 + 3 = 5\n");
  const mcp = spans.filter(({ attributes }) => "mcp.method.name" in attributes);
  expect(chainsOf(mcp)).toEqual([
    "CLIENT server/discover > SERVER server/discover",
    "CLIENT tools/call add > SERVER tools/call add",
  ]);
  expect(
    mcp.find(({ kind, name }) => kind === "SERVER" && name === "tools/call add")?.attributes,
  ).toMatchObject({
    "mcp.protocol.version": "2026-07-28",
    "mcp.client.name": "modern",
    "mcp.server.name": "tmcp-server",
  });
  expect(
    logs.filter(
      ({ eventName, attributes }) =>
        eventName === "mcp.session.opened" && attributes["mcp.side"] === "server",
    ),
  ).toEqual([]);
});

it("inside a minified bundle it is known as well", { tags: ["proof"] }, async () => {
  await build({
    entryPoints: [sandbox.path("tmcp", "client.mjs")],
    outfile: sandbox.path("bundle.mjs"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "silent",
  });

  const { stderr, spans } = await join([...sandbox.preload, "bundle.mjs", "http"], { cwd: sandbox.folder });

  expect(stderr).toMatch(/instrumented MCP SDK inside bundle\.mjs \(esm\)/);
  expect(chainsOf(spans.filter(({ attributes }) => "mcp.method.name" in attributes))).toEqual(CHAINS);
});
