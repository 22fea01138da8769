import { describe, expect, it } from "vitest";
import {
  closingCancels,
  createConnection,
  describeConnection,
  learnFromRequest,
  learnFromResult,
  learnVersion,
} from "../../src/operation/connection.ts";

const NETWORK = {
  "network.transport": "tcp",
  "network.protocol.name": "http",
  "server.address": "mcp.example",
  "server.port": 443,
  "client.address": "10.0.0.7",
  "client.port": 51234,
};

function connection(sessionId: () => string | undefined = () => undefined) {
  return createConnection("server", {}, sessionId);
}

describe("the protocol version", () => {
  it("is the version that initialize negotiated, not the requested one [attr.mcp.protocol.version]", () => {
    const known = connection();
    learnFromRequest(known, { method: "initialize", params: { protocolVersion: "2099-01-01" } });
    expect(describeConnection(known, "server")["mcp.protocol.version"]).toBeUndefined();
    learnFromResult(known, "initialize", { protocolVersion: "2025-11-25" });
    expect(describeConnection(known, "server")["mcp.protocol.version"]).toBe("2025-11-25");
  });

  it("is what a request says in its _meta, or the HTTP header [attr.mcp.protocol.version]", () => {
    const known = connection();
    learnVersion(known, "2025-06-18");
    expect(describeConnection(known, "client")["mcp.protocol.version"]).toBe("2025-06-18");
    learnFromRequest(known, {
      method: "tools/list",
      params: { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } },
    });
    expect(describeConnection(known, "client")["mcp.protocol.version"]).toBe("2026-07-28");
    for (const odd of [7, undefined, "x".repeat(999)]) learnVersion(known, odd);
    expect(describeConnection(known, "client")["mcp.protocol.version"]).toBe("2026-07-28");
  });
});

it("peers are known by initialize, or by _meta [attr.mcp.peers]", () => {
  const legacy = connection();
  learnFromRequest(legacy, { method: "initialize", params: { clientInfo: { name: "host", version: "1" } } });
  learnFromResult(legacy, "initialize", { serverInfo: { name: "weather", version: "2" } });
  const modern = connection();
  learnFromRequest(modern, {
    method: "tools/list",
    params: { _meta: { "io.modelcontextprotocol/clientInfo": { name: "host", version: "1" } } },
  });
  learnFromResult(modern, "tools/list", {
    _meta: { "io.modelcontextprotocol/serverInfo": { name: "weather", version: "2" } },
  });

  for (const known of [legacy, modern]) {
    expect(describeConnection(known, "client")).toEqual({
      "mcp.client.name": "host",
      "mcp.client.version": "1",
      "mcp.server.name": "weather",
      "mcp.server.version": "2",
    });
  }
  const tight = connection();
  learnFromRequest(tight, {
    method: "initialize",
    params: { clientInfo: { name: "n".repeat(999), version: 7 } },
  });
  expect(describeConnection(tight, "client")).toEqual({ "mcp.client.name": "n".repeat(256) });
});

it.each([
  ["2024-11-05", "s1"],
  ["2025-11-25", "s1"],
  ["2026-07-28", undefined],
  ["2027-01-01", undefined],
  [undefined, "s1"],
])("at protocol %j the session id is %j [attr.mcp.session.id]", (version, expected) => {
  const known = connection(() => "s1");
  learnVersion(known, version);
  expect(describeConnection(known, "server")["mcp.session.id"]).toBe(expected);
});

it("no session, no session id [attr.mcp.session.id]", () => {
  expect(describeConnection(connection(), "server")).toEqual({});
});

it("a sender names the server, a receiver the client, whatever their roles [attr.server.address, attr.client.address]", () => {
  const known = createConnection("client", NETWORK, () => undefined);
  const common = { "network.transport": "tcp", "network.protocol.name": "http" };
  expect(describeConnection(known, "client")).toEqual({
    ...common,
    "server.address": "mcp.example",
    "server.port": 443,
  });
  expect(describeConnection(known, "server")).toEqual({
    ...common,
    "client.address": "10.0.0.7",
    "client.port": 51234,
  });
});

it.each([
  [NETWORK, "2026-07-28", true],
  [NETWORK, "2025-11-25", false],
  [NETWORK, undefined, false],
  [{ "network.transport": "pipe" }, "2026-07-28", false],
])(
  "over %j at %j closing the stream cancels: %s [outcome.cancelled.server, outcome.connection-closed]",
  (network, version, cancels) => {
    const known = createConnection("server", network, () => undefined);
    learnVersion(known, version);
    expect(closingCancels(known)).toBe(cancels);
  },
);
