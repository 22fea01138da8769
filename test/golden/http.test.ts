import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { createMcpHandler, McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { describeSessionId } from "../../src/signals/session-id.ts";
import { loadSdk } from "../support/sdks.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { until, withTelemetry } from "../support/with-telemetry.ts";
import { wire } from "./conversation.ts";

beforeAll(() => Promise.all([loadSdk("v1-latest"), loadSdk("v2-latest")]));

const IDENTITY = { name: "x", version: "1" };
const SERVER_URL = new URL("http://mcp.example/mcp");
const MODERN = { versionNegotiation: { mode: { pin: "2026-07-28" } } } as const;
const ours = (spans: SeenSpan[]) => spans.filter(({ scope }) => scope === "mcp-otelkit");
const valuesOf = (spans: SeenSpan[], key: string) => [...new Set(ours(spans).map(({ attributes }) => attributes[key]))];

describe("HTTP that says no before any JSON-RPC answer", () => {
  const fetching = (answer: () => Response) => ({ fetch: () => Promise.resolve(answer()) });

  it.each([401, 404, 500, 503])("with %i is that status [outcome.http-refused]", async (status) => {
    const { spans } = await withTelemetry(async () => {
      const refuse = fetching(() => new Response("<html>secret</html>", { status }));
      await expect(new Client(IDENTITY).connect(new StreamableHTTPClientTransport(SERVER_URL, refuse))).rejects.toBeInstanceOf(Error);
      await expect(new ClientV2(IDENTITY).connect(new HttpV2(SERVER_URL, refuse))).rejects.toBeInstanceOf(Error);
    });
    expect(ours(spans).map(({ name, attributes, status: { message } }) => [name, attributes["error.type"], message])).toEqual([
      ["initialize", String(status), undefined],
      ["initialize", String(status), undefined],
    ]);
  });

  it("because nobody is there is the error's class [outcome.class-name]", async () => {
    const { spans } = await withTelemetry(async () => {
      const offline = { fetch: () => Promise.reject(new TypeError("fetch failed: secret")) };
      await expect(new Client(IDENTITY).connect(new StreamableHTTPClientTransport(SERVER_URL, offline))).rejects.toThrow("fetch failed");
      await expect(new ClientV2(IDENTITY).connect(new HttpV2(SERVER_URL, offline))).rejects.toThrow("fetch failed");
    });
    expect(ours(spans).map(({ attributes }) => attributes["error.type"])).toEqual(["TypeError", expect.stringMatching(/^(TypeError|SdkHttpError)$/)]);
    expect(ours(spans).map(({ status }) => status.message)).toEqual([undefined, undefined]);
  });
});

it("a session is on both sides from its beginning, and its standing stream is no span of ours [attr.mcp.session.id, notification.stream]", async () => {
  const { spans } = await withTelemetry(async (telemetry) => {
    const served = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => "s1" });
    await new McpServer(IDENTITY).connect(served);
    const client = new Client(IDENTITY);
    const fetch = wire(telemetry, (request) => served.handleRequest(request));
    await client.connect(new StreamableHTTPClientTransport(SERVER_URL, { fetch }));
    await until(() => telemetry.spans().some(({ name }) => name === "GET"), () => "no stream was opened");
    await client.ping();
    await client.close();
    await served.close();
  });
  expect(valuesOf(spans, "mcp.session.id")).toEqual([describeSessionId("s1", { sessionId: "hash" })]);
  expect(new Set(ours(spans).map(({ name }) => name))).toEqual(new Set(["initialize", "notifications/initialized", "ping"]));
});

it("at 2026-07-28 there is no session, and the version is each request's [attr.mcp.session.id, attr.mcp.protocol.version]", async () => {
  const { spans } = await withTelemetry(async (telemetry) => {
    const handler = createMcpHandler(() => new ServerV2(IDENTITY, { capabilities: { tools: {} } }));
    const client = new ClientV2(IDENTITY, MODERN);
    // A peer that sends a session id all the same.
    const handle = async (request: Request) => {
      const response = await handler.fetch(request);
      response.headers.set("mcp-session-id", "s1");
      return response;
    };
    await client.connect(new HttpV2(SERVER_URL, { fetch: wire(telemetry, handle) }));
    await client.close();
    await handler.close();
  });
  expect(ours(spans).map(({ kind, name }) => `${kind} ${name}`)).toEqual(["CLIENT server/discover", "SERVER server/discover"]);
  expect([valuesOf(spans, "mcp.session.id"), valuesOf(spans, "mcp.protocol.version")]).toEqual([[undefined], ["2026-07-28"]]);
});

it("a server without sessions learns the version from the HTTP header [attr.mcp.protocol.version]", async () => {
  const { spans } = await withTelemetry(async (telemetry) => {
    const client = new Client(IDENTITY);
    const fetch = wire(telemetry, async (request) => {
      const served = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
      await new McpServer(IDENTITY).connect(served);
      const response = await served.handleRequest(request);
      await served.close();
      return response;
    });
    await client.connect(new StreamableHTTPClientTransport(SERVER_URL, { fetch }));
    await client.ping();
    await client.close();
  });
  const [server] = ours(spans).filter(({ kind, name }) => kind === "SERVER" && name === "ping");
  expect(server?.attributes).toMatchObject({ "mcp.protocol.version": "2025-11-25" });
  expect(server?.attributes).not.toHaveProperty("mcp.client.name"); // introduced to another instance
});

it("over SSE a client names its server and a server its client [attr.server.address, attr.client.address, attr.network.protocol]", async () => {
  let served: SSEServerTransport | undefined;
  const http = createServer((request, response) => {
    if (request.method === "POST") return void served?.handlePostMessage(request, response);
    served = new SSEServerTransport("/messages", response);
    void new McpServer(IDENTITY).connect(served);
  });
  const port = await listen(http);

  const { spans } = await withTelemetry(async () => {
    const client = new Client(IDENTITY);
    await client.connect(new SSEClientTransport(new URL(`http://127.0.0.1:${port}/sse`)));
    await client.ping();
    await client.close();
  });

  const pings = ours(spans).filter(({ name }) => name === "ping");
  const [client, server] = ["CLIENT", "SERVER"].map((kind) => pings.find((span) => span.kind === kind)?.attributes);
  const http11 = { "network.transport": "tcp", "network.protocol.name": "http" };
  expect(client).toMatchObject({ ...http11, "server.address": "127.0.0.1", "server.port": port });
  expect(client).not.toHaveProperty("client.address");
  expect(server).toMatchObject({ ...http11, "network.protocol.version": "1.1", "client.address": "127.0.0.1", "client.port": expect.any(Number) as number });
  expect(server).not.toHaveProperty("server.address");
});

function listen(http: HttpServer): Promise<number> {
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return new Promise((resolve) => http.listen(0, "127.0.0.1", () => resolve((http.address() as AddressInfo).port)));
}
