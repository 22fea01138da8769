import { expect, it } from "vitest";
import { describeMessage, progressTokenOf } from "../../src/operation/message.ts";

it.each([
  [{ jsonrpc: "2.0", id: 0, method: "ping" }, "request"],
  [{ jsonrpc: "2.0", id: "", method: "ping" }, "request"],
  [{ jsonrpc: "2.0", method: "notifications/initialized" }, "notification"],
  [{ jsonrpc: "2.0", id: 0, result: {} }, "response"],
  [{ jsonrpc: "2.0", id: "a", error: { code: 1, message: "" } }, "response"],
  [{ jsonrpc: "2.0", id: 1, result: undefined }, "response"],
  // JSON-RPC allows a null id, MCP does not; it would belong to no known request
  [{ jsonrpc: "2.0", id: null, method: "ping" }, undefined],
  [{ jsonrpc: "2.0", id: null, error: { code: -32700, message: "" } }, undefined],
  [{ jsonrpc: "2.0", id: {}, method: "ping" }, undefined],
  [{ jsonrpc: "2.0", id: 1 }, undefined],
  [{ jsonrpc: "2.0", id: 1, method: 7 }, undefined],
  [[{ jsonrpc: "2.0", id: 1, method: "ping" }], undefined],
])("%j is a %s", (message, kind) => {
  expect(describeMessage(message)?.kind).toBe(kind);
});

it.each([
  [{ progressToken: 0 }, 0],
  [{ progressToken: "" }, ""],
  [{ progressToken: {} }, undefined],
  [null, undefined],
])("of _meta %j the progress token is %j", (_meta, token) => {
  expect(progressTokenOf({ params: { _meta } })).toBe(token);
});
