// What is counted and measured, by real servers and clients in this process; and that no peer decides how much of it there is.
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import * as clientModule from "@modelcontextprotocol/sdk/client/index.js";
import * as lowLevel from "@modelcontextprotocol/sdk/server/index.js";
import * as highLevel from "@modelcontextprotocol/sdk/server/mcp.js";
import { metrics, type MeterProvider } from "@opentelemetry/api";
import * as sdk from "@opentelemetry/sdk-metrics";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { METRIC_FAMILIES } from "../../src/settings/config.ts";
import { watchHttpRequests } from "../../src/hook/http-requests.ts";
import { patchExports } from "../../src/hook/loader/patch.ts";
import { INSTRUMENTS, type InstrumentRow } from "../../src/signals/metrics/instruments.ts";
import { createHandFed, INITIALIZE, type HandFed } from "../support/hand-fed.ts";
import { ManualReader, startMetered } from "../support/metered.ts";
import { eventually, type Page } from "../support/page.ts";

beforeAll(() => {
  for (const module of [clientModule, lowLevel, highLevel]) patchExports({ ...module }, "test");
});

describe("a hostile peer", () => {
  for (const [tools, tags] of [
    [2_000, []],
    [100_000, ["proof"]],
  ] as const)
    it(`that invents ${tools} tools adds one series to each metric`, { tags: [...tags] }, async () => {
      const { page } = startMetered();
      const client = await connected();
      await client.ask("tools/call", { name: "add" });
      const before = await page();

      for (let i = 0; i < tools; i += 1) await client.ask("tools/call", { name: `invented-${i}` });
      const after = await page();

      expect(added(before, after)).toEqual({
        mcp_server_operation_duration_seconds: 1,
        mcp_tool_call_duration_seconds: 1,
        mcp_tool_calls_total: 2, // its errors, and a zero of successes
        mcp_tool_result_size_bytes: 1,
        mcp_telemetry_suppressed_total: 1,
      });
    });

  /** The invented name, the message, and the highest number of series it may cost a metric. */
  const INVENTIONS: readonly [
    what: string,
    method: (i: number) => string,
    params: (i: number) => object,
    atMost: number,
  ][] = [
    ["prompts", () => "prompts/get", (i) => ({ name: `invented-${i}` }), 1],
    ["resources", () => "resources/read", (i) => ({ uri: `docs://invented/${i}` }), 1],
    ["resources of a template", () => "resources/read", (i) => ({ uri: `users://${i}/profile` }), 1],
    ["methods", (i) => `invented/${i}`, () => ({}), 101],
    [
      "revisions",
      () => "tools/list",
      (i) => ({
        _meta: { "io.modelcontextprotocol/protocolVersion": new Date(i * 864e5).toISOString().slice(0, 10) },
      }),
      11,
    ],
    [
      "client names",
      () => "tools/list",
      (i) => ({
        _meta: { "io.modelcontextprotocol/clientInfo": { name: `invented-${i}`, version: String(i) } },
      }),
      1,
    ],
  ];
  it.each(INVENTIONS)(
    "that invents 500 %s is answered with few series",
    async (_what, method, params, atMost) => {
      const { page } = startMetered();
      const client = await connected();
      const before = await page();

      for (let i = 0; i < 500; i += 1) await client.ask(method(i), params(i));

      expect(Math.max(...Object.values(added(before, await page())))).toBeLessThanOrEqual(atMost);
    },
  );

  it("that is a server and invents error codes, to a client", async () => {
    const { page } = startMetered();
    const peer = createAnsweringServer((i) => ({ error: { code: i, message: "no" } }));
    const client = new clientModule.Client({ name: "asks", version: "1.0.0" });
    await client.connect(peer as never);

    for (let i = 0; i < 500; i += 1) await client.ping().catch(() => undefined);

    const after = await page();
    expect(
      after.samples("mcp_client_operation_duration_seconds_count", { mcp_method_name: "ping" }).length,
    ).toBeLessThanOrEqual(51);
    expect(after.value("mcp_client_operation_duration_seconds_count", { mcp_method_name: "ping" })).toBe(500);
  });

  it("that invents HTTP paths and methods is `_OTHER`, and the server's own paths are themselves", async () => {
    const { page } = startMetered();
    watchHttpRequests();
    const server = await listening((path) => (path.startsWith("/mcp") ? 200 : 404));

    for (let i = 0; i < 300; i += 1)
      await server.ask("GET", `/${i}?x=${i}`, { "mcp-protocol-version": "2025-06-18" });
    for (const method of ["PROPFIND", "MKCOL", "LINK"]) await server.ask(method, "/mcp");
    await server.ask("POST", "/mcp/?session=7");
    const after = await eventually(page, (now) => now.value("mcp_http_requests_total") === 304);

    expect(
      after.samples("mcp_http_requests_total").map(({ labels, value }) => ({ ...labels, value })),
    ).toEqual([
      { endpoint: "_OTHER", method: "GET", status: "404", value: 300 },
      { endpoint: "/mcp", method: "_OTHER", status: "200", value: 3 },
      { endpoint: "/mcp", method: "POST", status: "200", value: 1 },
    ]);
  });
});

it("HTTP requests are counted once, however often they are watched; paths that speak MCP are learnt, twenty of them", async () => {
  const { page } = startMetered();
  watchHttpRequests();
  watchHttpRequests();
  const server = await listening(() => 200);

  for (let i = 0; i < 50; i += 1)
    for (let twice = 0; twice < 2; twice += 1)
      await server.ask("POST", `/team/${"abcdefghij"[i % 10]}${"vwxyz"[Math.floor(i / 10)]}`, {
        "mcp-session-id": "7",
      });
  const after = await eventually(page, (now) => (now.value("mcp_http_requests_total") ?? 0) >= 100);

  expect(after.value("mcp_http_requests_total")).toBe(100);
  expect(after.samples("mcp_http_requests_total")).toHaveLength(21);
});

it("a path with a key or a user id in it is not an endpoint", async () => {
  const { page } = startMetered();
  watchHttpRequests();
  const server = await listening(() => 200);

  await server.ask("POST", "/u/sk-live-SECRETKEY123/mcp", { "mcp-session-id": "7" });
  const after = await eventually(
    page,
    (now) => now.value("mcp_http_requests_total", { endpoint: "_OTHER" }) === 1,
  );

  expect(JSON.stringify(after.samples("mcp_http_requests_total"))).not.toContain("SECRETKEY");
});

it("requests are active while they are worked on, and a result's size is what reaches the model", async () => {
  const { page } = startMetered();
  let finish = (): void => undefined;
  const client = await connected(new Promise((resolve) => (finish = resolve)));

  const answers = [client.ask("tools/call", { name: "wait" }), client.ask("tools/call", { name: "wait" })];
  const during = await page();
  finish();
  await Promise.all(answers);
  const after = await page();

  const where = { mcp_method_name: "tools/call" };
  expect([during, after].map((at) => at.value("mcp_server_active_requests", where))).toEqual([2, 0]);
  expect(after.value("mcp_tool_result_size_bytes_sum", { gen_ai_tool_name: "wait" })).toBe(2 * 4);
});

it("a call that its client takes back is neither a success nor an error, and no longer active", async () => {
  const { page } = startMetered();
  const client = await connected(new Promise(() => {}));

  void client.ask("tools/call", { name: "wait" });
  client.tell("notifications/cancelled", { requestId: 2 });
  const after = await page();

  expect(after.samples("mcp_tool_calls_total").filter(({ value }) => value > 0)).toEqual([]);
  expect(after.value("mcp_server_active_requests", { mcp_method_name: "tools/call" })).toBe(0);
  expect(after.value("mcp_server_operation_duration_seconds_count", { mcp_method_name: "tools/call" })).toBe(
    1,
  );
});

describe("a meter provider", () => {
  it("that is registered after mcp-otelkit, and after a session has begun, gets histograms and observed values", async () => {
    startMetered({}, () => metrics.getMeterProvider());
    const client = await connected();
    await client.ask("tools/call", { name: "add" });
    await turn(); // the answer has been sent once `send` has settled
    const reader = new ManualReader();
    metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
    onTestFinished(() => metrics.disable());

    await client.ask("tools/call", { name: "add" });
    const { resourceMetrics } = await reader.collect();

    const seen = new Map(
      resourceMetrics.scopeMetrics
        .flatMap((scope) => scope.metrics)
        .map((metric) => [metric.descriptor.name, metric.dataPoints[0]?.value]),
    );
    expect(seen.get("mcp.tool.calls")).toBe(2); // counts that no SDK has received go to the first one
    expect(seen.get("mcp.active_sessions")).toBe(1);
    expect(seen.get("mcp.tool.call.duration")).toMatchObject({ count: 1 });
  });

  it("that takes the place of another gets what follows, once", async () => {
    const readers = [new ManualReader(), new ManualReader()];
    const providers: MeterProvider[] = readers.map((reader) => new sdk.MeterProvider({ readers: [reader] }));
    let current = 0;
    startMetered({}, () => providers[current] as MeterProvider);
    const client = await connected();
    await client.ask("tools/call", { name: "add" });
    await turn();

    current = 1;
    for (let i = 0; i < 2; i += 1) await client.ask("tools/call", { name: "add" });
    const [first, second] = await Promise.all(readers.map((reader) => reader.collect()));

    const count = (collected: typeof first) =>
      collected?.resourceMetrics.scopeMetrics[0]?.metrics.find(
        ({ descriptor }) => descriptor.name === "mcp.tool.call.duration",
      )?.dataPoints[0]?.value;
    expect([count(first), count(second)]).toMatchObject([{ count: 1 }, { count: 2 }]);
  });
});

it.each(METRIC_FAMILIES.filter((family) => family !== "runtime"))("the family %s alone", async (family) => {
  const { page } = startMetered({ metrics: new Set([family]) });
  const client = await connected();
  await client.ask("tools/call", { name: "add" });

  const { families } = await page();

  const rows = Object.values(INSTRUMENTS) as InstrumentRow[];
  const others = rows.filter((row) => row.family !== family).map(({ description }) => description);
  expect(families.length).toBeGreaterThan(2);
  expect(families.filter(({ help }) => others.includes(help ?? ""))).toEqual([]);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Series that are new, by metric. */
function added(before: Page, after: Page): Record<string, number> {
  const seriesOf = (page: Page) =>
    new Map(
      page.families.map(({ name, samples }) => [
        name,
        new Set(samples.map(({ labels }) => JSON.stringify({ ...labels, le: undefined }))),
      ]),
    );
  const old = seriesOf(before);
  const counts = [...seriesOf(after)].map(
    ([name, series]) => [name, [...series].filter((labels) => !old.get(name)?.has(labels)).length] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

async function connected(waitFor: Promise<void> = Promise.resolve()): Promise<HandFed> {
  const server = new highLevel.McpServer({ name: "shop", version: "1.0.0" });
  const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });
  server.registerTool("add", {}, () => text("5"));
  server.registerTool("wait", {}, () => waitFor.then(() => text("done")));
  server.registerPrompt("greet", { argsSchema: { who: z.string() } }, () => ({ messages: [] }));
  const template = new highLevel.ResourceTemplate("users://{id}/profile", { list: undefined });
  server.registerResource("profile", template, {}, ({ href }) => ({
    contents: [{ uri: href, text: "a profile" }],
  }));
  const client = createHandFed();
  await server.connect(client.transport);
  await client.ask("initialize", INITIALIZE);
  return client;
}

/** A peer of a client that answers `initialize` normally, and everything else as configured. */
function createAnsweringServer(answer: (i: number) => object): object {
  let i = 0;
  const result = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    serverInfo: { name: "evil", version: "1" },
  };
  return {
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    async send(
      this: { onmessage?: (message: object) => void },
      { id, method }: { id?: number; method: string },
    ) {
      if (id === undefined) return;
      this.onmessage?.({ jsonrpc: "2.0", id, ...(method === "initialize" ? { result } : answer((i += 1))) });
    },
  };
}

async function listening(statusOf: (path: string) => number) {
  const server = createServer((incoming, response) => response.writeHead(statusOf(incoming.url ?? "")).end());
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    async ask(method: string, path: string, headers: Record<string, string> = {}): Promise<void> {
      const [response] = (await once(request({ port, method, path, headers, agent }).end(), "response")) as [
        AsyncIterable<unknown> & { resume(): void },
      ];
      response.resume();
      await once(response as never, "end");
    },
  };
}
