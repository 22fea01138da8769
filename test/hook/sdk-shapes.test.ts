import { expect, it } from "vitest";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  isTransport,
  networkOf,
  roleOf,
  sessionIdOf,
  versionHeaderOf,
  type Transport,
} from "../../src/hook/sdk-shapes.ts";

/** A transport of a class with this name. */
function transportOf(className: string, fields: object = {}): Transport {
  const Named = { [className]: function () {} }[className] as unknown as new () => object;
  return Object.assign(new Named(), { start() {}, send() {} }, fields);
}

const PIPE = { "network.transport": "pipe" };
const HTTP = { "network.transport": "tcp", "network.protocol.name": "http" };

it.each([
  ["StdioServerTransport", PIPE],
  ["StdioClientTransport", PIPE],
  ["StdioConnectionChannel", PIPE],
  ["StreamableHTTPServerTransport", HTTP],
  ["WebStandardStreamableHTTPServerTransport", HTTP],
  ["NodeStreamableHTTPServerTransport", HTTP],
  ["PerRequestHTTPServerTransport", HTTP],
  ["StreamableHTTPClientTransport", HTTP],
  ["SSEServerTransport", HTTP],
  ["SSEClientTransport", HTTP],
  ["WebSocketClientTransport", { "network.transport": "tcp", "network.protocol.name": "websocket" }],
  ["InMemoryTransport", {}],
  ["OwnTransport", {}],
])("%s travels as %j [attr.network.transport, attr.network.protocol]", (className, network) => {
  expect(networkOf(transportOf(className))).toEqual(network);
});

it("a subclass travels as its base does [attr.network.transport]", () => {
  class StdioServerTransport {
    start() {}
    send() {}
  }
  class Logging extends StdioServerTransport {}
  expect(networkOf(new Logging() as unknown as Transport)).toEqual(PIPE);
});

it.each([
  ["http://mcp.example:8080/mcp", "mcp.example", 8080],
  ["https://mcp.example/mcp", "mcp.example", 443],
  ["http://[::1]/mcp", "::1", 80],
  ["wss://mcp.example/", "mcp.example", 443],
])("a client of %s names its server [attr.server.address]", (url, address, port) => {
  const { "server.address": host, "server.port": at } = networkOf(
    transportOf("StreamableHTTPClientTransport", { _url: new URL(url) }),
  );
  expect([host, at]).toEqual([address, port]);
});

it("a server names its client where the transport knows it [attr.client.address, attr.network.protocol]", () => {
  const res = { req: { httpVersion: "1.1", socket: { remoteAddress: "10.0.0.7", remotePort: 51234 } } };
  expect(networkOf(transportOf("SSEServerTransport", { res }))).toEqual({
    ...HTTP,
    "client.address": "10.0.0.7",
    "client.port": 51234,
    "network.protocol.version": "1.1",
  });
  for (const odd of [undefined, {}, { req: {} }, { req: { socket: {} } }, { req: null }]) {
    expect(networkOf(transportOf("SSEServerTransport", { res: odd, _url: "no URL" }))).toEqual(HTTP);
  }
});

it("client and server are distinguished by the requests they can make", () => {
  const info = { name: "x", version: "1" };
  expect([roleOf(new Client(info)), roleOf(new Server(info)), roleOf({}), roleOf(null)]).toEqual([
    "client",
    "server",
    undefined,
    undefined,
  ]);
});

it("a transport is what starts and sends", () => {
  expect([{ start() {}, send() {} }, { send() {} }, null, undefined, "text"].map(isTransport)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

it("a session id is a string with something in it [attr.mcp.session.id]", () => {
  const ids = ["s1", "", 7, undefined].map((sessionId) => sessionIdOf(transportOf("X", { sessionId })));
  expect(ids).toEqual(["s1", undefined, undefined, undefined]);
});

it("the version is in the HTTP request's header, first and second line [attr.mcp.protocol.version]", () => {
  const headers = { "mcp-protocol-version": "2025-06-18" };
  expect(versionHeaderOf({ requestInfo: { headers } })).toBe("2025-06-18");
  expect(versionHeaderOf({ request: new Request("http://x/", { headers }) })).toBe("2025-06-18");
  for (const odd of [
    undefined,
    null,
    {},
    { requestInfo: {} },
    { request: {} },
    { request: new Request("http://x/") },
  ]) {
    expect(versionHeaderOf(odd)).toBeUndefined();
  }
});
