// Which processes open a port, and which one: several servers on one machine is the normal case for stdio.
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { INITIALIZE } from "../support/hand-fed.ts";
import { nodeBinary } from "../support/homes.ts";
import { PRELOAD, startProgram } from "./program.ts";
import { endsWithTest, GUIDE_PROGRAMS, observeProgram, QUIET, serveProgram } from "./served.ts";

const UNSET = { OTEL_EXPORTER_PROMETHEUS_PORT: "" };
/** As a program has it that nobody has told anything. */
const DEFAULTS = { ...UNSET, OTEL_METRICS_EXPORTER: "", OTEL_TRACES_EXPORTER: "none" };

it("servers that are told no port take the next free one each, and say so", async () => {
  const first = endsWithTest(await serveProgram(["stdio-server.mjs"], { env: UNSET }));
  const second = endsWithTest(await serveProgram(["stdio-server.mjs"], { env: UNSET }));

  expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
  expect(second.stderr()).toContain(`health and metrics at ${second.url}\n`);
  expect([await first.get("/health"), await second.get("/health")]).toMatchObject([
    { status: 200 },
    { status: 200 },
  ]);
});

it("a port that was asked for and is taken: one line, and the application runs on without", async () => {
  const { port } = await occupiedPort();
  const server = endsWithTest(
    observeProgram(["stdio-server.mjs"], { env: { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) } }),
  );

  server.order(JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params: INITIALIZE }));
  await server.said(/"id":0/);
  await server.told(/instrumented/);
  server.child.stdin?.end();
  const { code, stderr } = await server.ended;

  expect(code).toBe(0);
  expect(stderr.split("\n").filter((line) => line.includes(String(port)))).toEqual([
    `mcp-otelkit: port ${port} on localhost is taken, set OTEL_EXPORTER_PROMETHEUS_PORT to a free one or unset it to have one found; /metrics, /health, /ready are not served`,
  ]);
});

describe("no port is opened", () => {
  it.each([
    ["by a client of the first line", "client-v1.mjs", { OTEL_METRICS_EXPORTER: "otlp" }],
    ["by a client of the second line", "client-v2.mjs", { OTEL_METRICS_EXPORTER: "otlp" }],
    [
      "where OTEL_INSTRUMENTATION_MCP_ADMIN=off",
      "stdio-server.mjs",
      { OTEL_METRICS_EXPORTER: "otlp", OTEL_INSTRUMENTATION_MCP_ADMIN: "off" },
    ],
    [
      "unless it is asked for",
      "stdio-server.mjs",
      { OTEL_METRICS_EXPORTER: "otlp", OTEL_EXPORTER_PROMETHEUS_PORT: "" },
    ],
    ["off is off, whatever exporter is named", "stdio-server.mjs", { OTEL_INSTRUMENTATION_MCP_ADMIN: "off" }],
  ])("%s", async (_what, program, env) => {
    const { port, release } = await occupiedPort();
    await release();
    const running = endsWithTest(
      observeProgram([program], { env: { OTEL_EXPORTER_PROMETHEUS_PORT: String(port), ...env } }),
    );

    const [line] = await running.told(/.*instrumented.*\n/);

    expect(line).not.toContain("health");
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toMatchObject({
      cause: { code: "ECONNREFUSED" },
    });
  });
});

it("OTEL_INSTRUMENTATION_MCP_ADMIN=on serves a client as well", async () => {
  const client = endsWithTest(
    await serveProgram(["client-v1.mjs"], {
      env: { OTEL_METRICS_EXPORTER: "otlp", OTEL_INSTRUMENTATION_MCP_ADMIN: "on" },
    }),
  );

  expect(await client.get("/health")).toMatchObject({ status: 200 });
});

it.each([
  ["OTEL_INSTRUMENTATION_MCP_ADMIN=on", { OTEL_INSTRUMENTATION_MCP_ADMIN: "on" }],
  ["OTEL_EXPORTER_PROMETHEUS_PORT", { OTEL_EXPORTER_PROMETHEUS_PORT: "0" }],
  ["OTEL_EXPORTER_PROMETHEUS_HOST", { OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1" }],
  ["the exporter prometheus", { OTEL_METRICS_EXPORTER: "prometheus" }],
])("%s asks for the endpoint", async (_what, env) => {
  const server = endsWithTest(await serveProgram(["stdio-server.mjs"], { env: { ...DEFAULTS, ...env } }));

  expect(await server.get("/health")).toMatchObject({ status: 200 });
});

it("a listen that Node's permissions forbid is one line, and the application runs on", async () => {
  const node = await nodeBinary(26);
  const server = endsWithTest(
    startProgram(["--permission", "--allow-fs-read=*", ...PRELOAD, "stdio-server.mjs"], {
      node,
      cwd: GUIDE_PROGRAMS,
      env: { ...QUIET },
    }),
  );

  server.child.stdin?.write(
    `${JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params: INITIALIZE })}\n`,
  );
  await server.printed('"id":0');
  server.child.stdin?.end();
  const { code, stderr } = await server.ended;

  expect(code).toBe(0);
  expect(stderr.split("\n").filter((line) => line.includes("--allow-net"))).toEqual([
    "mcp-otelkit: the permission model of Node forbids to listen (--allow-net is missing); /metrics, /health, /ready are not served",
  ]);
});

/** A port of 127.0.0.1 that somebody has. */
async function occupiedPort(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const release = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, release };
}
