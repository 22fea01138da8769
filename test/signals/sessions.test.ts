// Which sessions there are, by the telling of the numbers: in both eras, on both sides, with peers that leave without a word.
import { randomUUID } from "node:crypto";
import * as clientModule from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import * as serverModule from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import * as v2 from "@modelcontextprotocol/server";
import { beforeAll, describe, expect, it } from "vitest";
import { patchExports } from "../../src/hook/loader/patch.ts";
import { createHandFed, INITIALIZE } from "../support/hand-fed.ts";
import { startMetered } from "../support/metered.ts";
import { eventually, type Page } from "../support/page.ts";

beforeAll(() => {
  for (const module of [clientModule, serverModule, v2]) patchExports({ ...module }, "test");
});

const HOUR = 3_600_000;
const INFO = { name: "shop", version: "1.0.0" };

describe("requests without a session never count", () => {
  const WAYS: readonly [
    way: string,
    handle: () => (request: Request) => Promise<Response>,
    requests: () => Request[],
  ][] = [
    ["v1 stateless", () => statelessV1, () => [initialize(), call(), call()]],
    [
      "v2 handler, asked as of old",
      () => v2.createMcpHandler(createV2).fetch,
      () => [initialize(), call(), call()],
    ],
    [
      "v2 handler, asked as of 2026-07-28",
      () => v2.createMcpHandler(createV2).fetch,
      () => [modernCall(), modernCall()],
    ],
  ];
  it.each(WAYS)("%s", async (_way, create, requests) => {
    const { page } = startMetered();
    const handle = create();

    for (const request of requests()) expect(await (await handle(request)).text()).toContain('"result"');

    const after = await page();
    expect(after.value("mcp_tool_calls_total", { tool_name: "add", status: "success" })).toBe(2);
    expect(told(after)).toEqual({ active: 0, ended: 0 });
  });
});

describe("a server's session", () => {
  it("over HTTP begins with the answer to initialize, and ends when its client says so", async () => {
    const { page } = startMetered();
    const { handle, session } = await sessionful();
    const opened = told(await page());
    const headers = { "mcp-session-id": session, "mcp-protocol-version": "2025-06-18" };

    await (await handle(call(headers))).text();
    const used = told(await page());
    await handle(new Request(URL_OF_MCP, { method: "DELETE", headers }));
    const after = await page();

    expect([opened, used, told(after)]).toEqual([
      { active: 1, ended: 0 },
      { active: 1, ended: 0 },
      { active: 0, ended: 1 },
    ]);
    expect(after.samples("mcp_server_session_duration_seconds_count").map(({ labels }) => labels)).toEqual([
      { mcp_protocol_version: "2025-06-18", network_protocol_name: "http" },
    ]);
  });

  it("is one, however often its client introduces itself; and none before, nor where the introduction fails", async () => {
    const { page } = startMetered();
    const [first, second] = [createHandFed(), createHandFed()];
    for (const { transport } of [first, second]) await createServer().connect(transport);
    const connected = told(await page());

    await first.ask("initialize", { nonsense: true });
    await first.ask("ping");
    const failed = told(await page());
    for (let twice = 0; twice < 2; twice += 1) await second.ask("initialize", INITIALIZE);
    const introduced = told(await page());
    for (let twice = 0; twice < 2; twice += 1) await second.transport.close();

    expect([connected, failed, introduced, told(await page())]).toEqual([
      { active: 0, ended: 0 },
      { active: 0, ended: 0 },
      { active: 1, ended: 0 },
      { active: 0, ended: 1 },
    ]);
  });

  it("whose client has vanished ends in the numbers, at its last word; and is back when that client speaks again", async () => {
    const { page, configure } = startMetered({ sessionIdleMs: 1 });
    const vanished = createHandFed("session");
    await createServer().connect(vanished.transport);
    await vanished.ask("initialize", INITIALIZE);

    const gone = await eventually(page, (now) => told(now).active === 0);
    const counted = await eventually(page, (now) => told(now).ended === 1);
    configure({ sessionIdleMs: HOUR });
    await vanished.ask("ping");
    const back = await page();
    await vanished.transport.close();
    const closed = await page();

    expect(told(gone).active).toBe(0);
    expect(
      counted.samples("mcp_server_session_duration_seconds_count").map(({ labels }) => labels["error_type"]),
    ).toEqual(["idle"]);
    expect(counted.value("mcp_server_session_duration_seconds_sum")).toBeLessThan(1);
    expect([told(back), told(closed)]).toEqual([
      { active: 1, ended: 1 },
      { active: 0, ended: 2 },
    ]);
  });

  it("on a pipe or in memory does not end by silence: its end is always seen", async () => {
    const { page } = startMetered({ sessionIdleMs: 1e-6 });
    const silent = createHandFed();
    await createServer().connect(silent.transport);
    await silent.ask("initialize", INITIALIZE);

    expect(told(await page())).toEqual({ active: 1, ended: 0 });
  });
});

describe("a client's session", () => {
  it("lasts from connect to close, and is no active session of a server's", async () => {
    const { page } = startMetered();
    const [near, far] = InMemoryTransport.createLinkedPair();
    const server = createServer();
    await server.connect(far);
    const client = new clientModule.Client({ name: "asks", version: "1.0.0" });
    const start = performance.now();
    await client.connect(near);
    const during = await page();
    await client.close();
    const longest = (performance.now() - start) / 1000;
    const after = await page();

    expect(told(during)).toEqual({ active: 1, ended: 0 }); // the server's, in the same process
    expect(told(after)).toEqual({ active: 0, ended: 1 });
    expect(after.value("mcp_client_session_duration_seconds_count")).toBe(1);
    expect(after.value("mcp_client_session_duration_seconds_sum")).toBeLessThanOrEqual(longest);
    expect(after.samples("mcp_client_session_duration_seconds_count")[0]?.labels).toEqual({
      mcp_protocol_version: "2025-11-25",
    });
  });

  it("that nobody answers is none", async () => {
    const { page } = startMetered();
    const [near] = InMemoryTransport.createLinkedPair();
    const client = new clientModule.Client({ name: "asks", version: "1.0.0" });

    await expect(client.connect(near, { timeout: 1 })).rejects.toThrow("timed out");

    expect((await page()).samples("mcp_client_session_duration_seconds_count")).toEqual([]);
  });
});

/** What the guide's two metrics say. */
function told(page: Page): { active: number | undefined; ended: number } {
  return {
    active: page.value("mcp_active_sessions"),
    ended: page.value("mcp_session_duration_seconds_count") ?? 0,
  };
}

const URL_OF_MCP = "http://localhost/mcp";

function post(message: object, headers: Record<string, string> = {}): Request {
  return new Request(URL_OF_MCP, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", ...message }),
  });
}

function initialize(): Request {
  return post({ id: 0, method: "initialize", params: INITIALIZE });
}

function call(headers: Record<string, string> = { "mcp-protocol-version": "2025-06-18" }): Request {
  return post({ id: 1, method: "tools/call", params: { name: "add", arguments: {} } }, headers);
}

function modernCall(): Request {
  const meta = (name: string): string => `io.modelcontextprotocol/${name}`;
  const _meta = {
    [meta("protocolVersion")]: "2026-07-28",
    [meta("clientInfo")]: { name: "asks", version: "1.0.0" },
    [meta("clientCapabilities")]: {},
  };
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "add" };
  return post({ id: 1, method: "tools/call", params: { name: "add", arguments: {}, _meta } }, headers);
}

function createServer(): serverModule.McpServer {
  const server = new serverModule.McpServer(INFO);
  server.registerTool("add", {}, () => ({ content: [{ type: "text", text: "5" }] }));
  return server;
}

function createV2(): v2.McpServer {
  const server = new v2.McpServer(INFO);
  server.registerTool("add", {}, () => ({ content: [{ type: "text", text: "5" }] }));
  return server;
}

async function statelessV1(request: Request): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await createServer().connect(transport);
  return transport.handleRequest(request);
}

async function sessionful(): Promise<{ handle: (request: Request) => Promise<Response>; session: string }> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
  });
  await createServer().connect(transport);
  const response = await transport.handleRequest(initialize());
  await response.text();
  return {
    handle: (request) => transport.handleRequest(request),
    session: response.headers.get("mcp-session-id") ?? "",
  };
}
