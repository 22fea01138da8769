import { context } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { McpConfig } from "../../src/settings/config.ts";
import type { Operation, Side } from "../../src/operation/operation.ts";
import type { Outcome } from "../../src/operation/outcome.ts";
import type { SeenLog } from "../support/seen-log.ts";
import { withTelemetry, type Telemetry } from "../support/with-telemetry.ts";
import { operationOf } from "./operations.ts";

const call = (side: Side = "server", more: Partial<Operation> = {}): Operation =>
  operationOf(side, "tools/call", {
    target: "add",
    ...more,
    attributes: {
      "mcp.method.name": "tools/call",
      "gen_ai.tool.name": "add",
      "jsonrpc.request.id": "0",
      "mcp.session.id": "s-1",
      ...more.attributes,
    },
  });

/** What is logged of one operation that ends so. */
async function logged(
  operation: Operation,
  outcome: Outcome,
  config: Partial<McpConfig> = {},
): Promise<SeenLog[]> {
  const { result } = await withTelemetry(({ observer, logs }) => {
    observer.begin(operation, {}).end(outcome);
    return logs();
  }, config);
  return result;
}

describe("a tool call that went well", () => {
  it("is a record and a line with the same trace and span", async () => {
    const { result, spans } = await withTelemetry(({ observer, logs, lines }) => {
      observer.connecting("server", { name: "calculator", version: "1.2.0" });
      observer.begin(call(), {}).end({});
      return { logs: logs(), lines: lines() };
    });
    const [span] = spans;
    const trace = { trace_id: span?.traceId, span_id: span?.spanId };
    expect(result.logs).toMatchObject([
      {
        eventName: "mcp.operation.completed",
        body: "Tool call completed",
        severityText: "INFO",
        severityNumber: 9,
        traceId: span?.traceId,
        spanId: span?.spanId,
        scope: "mcp-otelkit",
        attributes: { "gen_ai.tool.name": "add", "jsonrpc.request.id": "0", "mcp.side": "server" },
      },
    ]);
    expect(result.lines).toEqual([
      {
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        level: "INFO",
        server: "calculator",
        version: "1.2.0",
        message: "Tool call completed",
        method: "tools/call",
        tool: "add",
        request_id: "0",
        session_id: "6a840baf5d8c3ff2",
        side: "server",
        duration_ms: expect.any(Number) as unknown,
        ...trace,
      },
    ]);
  });

  it("has its start told at DEBUG", async () => {
    const records = await logged(call(), {}, { logLevel: "DEBUG" });
    expect(records.map(({ severityText, eventName, body }) => [severityText, eventName, body])).toEqual([
      ["DEBUG", "mcp.operation.started", "Tool call started"],
      ["INFO", "mcp.operation.completed", "Tool call completed"],
    ]);
  });

  it("is told of at WARN where it took as long as the threshold", async () => {
    const [record] = await logged(call(), {}, { slowMs: Number.MIN_VALUE, logLevel: "WARN" });
    expect(record).toMatchObject({
      severityText: "WARN",
      body: "Slow tool call",
      eventName: "mcp.operation.completed",
    });
  });
});

describe("how loudly an end is told", () => {
  const OTHERS = { "jsonrpc.request.id": "1" };
  it.each<[string, Operation, Outcome, string, string]>([
    ["the tool said isError", call(), { errorType: "tool_error" }, "WARN", "Tool call failed"],
    ["the caller was wrong", call(), { statusCode: "-32602" }, "WARN", "Tool call failed"],
    [
      "the caller was wrong, on its side",
      call("client"),
      { errorType: "-32602" },
      "WARN",
      "Tool call failed",
    ],
    ["the server failed", call(), { errorType: "-32603", statusCode: "-32603" }, "ERROR", "Tool call failed"],
    ["no answer came", call("client"), { errorType: "timeout" }, "ERROR", "Tool call failed"],
    ["the connection closed", call(), { errorType: "connection_closed" }, "ERROR", "Tool call failed"],
    ["the caller took it back", call(), { cancelled: true }, "INFO", "Tool call cancelled"],
    [
      "a resource",
      operationOf("server", "resources/read", { attributes: OTHERS }),
      {},
      "INFO",
      "Resource read completed",
    ],
    [
      "a prompt",
      operationOf("server", "prompts/get", { attributes: OTHERS }),
      {},
      "INFO",
      "Prompt request completed",
    ],
    [
      "another request",
      operationOf("server", "ping", { attributes: OTHERS }),
      {},
      "DEBUG",
      "Request completed",
    ],
    ["a notification", operationOf("server", "notifications/x"), {}, "DEBUG", "Notification completed"],
    [
      "a request that failed",
      operationOf("client", "ping", { attributes: OTHERS }),
      { errorType: "503" },
      "ERROR",
      "Request failed",
    ],
  ])("%s", async (_case, operation, outcome, level, message) => {
    const records = await logged(operation, outcome, { logLevel: "DEBUG" });
    expect(records.at(-1)).toMatchObject({ severityText: level, body: message });
    expect(await logged(operation, outcome, { logLevel: "OFF" })).toEqual([]);
  });

  it("carries what went wrong", async () => {
    const [record] = await logged(call(), { errorType: "-32603", statusCode: "-32603", message: "secret" });
    expect(record?.attributes).toMatchObject({
      "error.type": "-32603",
      "rpc.response.status_code": "-32603",
    });
    expect(JSON.stringify(record?.attributes)).not.toContain("secret");
  });
});

it("each of several servers in a process has lines under its own name", async () => {
  const { result } = await withTelemetry(({ observer, lines }) => {
    observer.connecting("server", { name: "alpha", version: "1" });
    observer.connecting("server", { name: "beta", version: "2" });
    observer.begin(call("server", { self: { name: "alpha", version: "1" } }), {}).end({});
    return lines();
  });
  expect(result).toMatchObject([{ server: "alpha", version: "1" }]);
});

it("the URI of a resource and its peer's address stay on the span", async () => {
  const attributes = {
    "jsonrpc.request.id": "1",
    "mcp.resource.uri": "note:///mine",
    "client.address": "192.0.2.7",
    "mcp.resource.template": "note:///{id}",
  };
  const [record] = await logged(operationOf("server", "resources/read", { attributes }), {});
  expect(record?.attributes).not.toHaveProperty("mcp.resource.uri");
  expect(record?.attributes).not.toHaveProperty("client.address");
  expect(record?.attributes).toHaveProperty("mcp.resource.template", "note:///{id}");
});

describe("a log message of MCP's", () => {
  const SENT = operationOf("client", "notifications/message", { role: "server", signal: "log" });

  it.each([
    ["debug", 5, "DEBUG"],
    ["info", 9, "INFO"],
    ["notice", 10, "INFO"],
    ["warning", 13, "WARN"],
    ["error", 17, "ERROR"],
    ["critical", 18, "ERROR"],
    ["alert", 19, "ERROR"],
    ["emergency", 21, "ERROR"],
    ["shouting", 9, "INFO"],
  ])("%s has the severity %i, %s on a line", async (level, severityNumber, severityText) => {
    const { result } = await withTelemetry(
      ({ observer, logs, lines }) => {
        observer.begin(SENT, {}, { level, logger: "db", data: "private" }).end({});
        return { logs: logs(), lines: lines() };
      },
      { logLevel: "DEBUG" },
    );
    expect(result.logs).toMatchObject([
      {
        eventName: "mcp.log.message",
        body: "MCP log message",
        severityNumber,
        severityText,
        attributes: { "mcp.log.logger": "db" },
      },
    ]);
    expect(result.lines).toMatchObject([{ level: severityText, logger: "db", message: "MCP log message" }]);
    expect(JSON.stringify(result.lines)).not.toContain("private");
  });

  it("has its data only where messages are captured", async () => {
    const bodies = async (capture: McpConfig["capture"]): Promise<unknown[]> => {
      const { result } = await withTelemetry(
        ({ observer, logs }) => {
          observer.begin(SENT, {}, { level: "info", data: { rows: 3 } }).end({});
          return logs();
        },
        { capture },
      );
      return result.map(({ body }) => body);
    };
    expect(await bodies(new Set(["messages"]))).toEqual(['{"rows":3}']);
    expect(await bodies(new Set(["arguments", "results", "prompts"]))).toEqual(["MCP log message"]);
  });

  it("belongs to the call it was sent from", async () => {
    const { result, spans } = await withTelemetry(({ observer, logs }) => {
      const active = observer.begin(call(), {});
      active.run(() => observer.begin(SENT, {}, { level: "info", data: 1 }).end({}));
      active.end({});
      return logs();
    });
    expect(result[0]).toMatchObject({ traceId: spans[0]?.traceId, spanId: spans[0]?.spanId });
  });
});

describe("a session", () => {
  it("is told at its opening and at its end", async () => {
    const { result } = await withTelemetry(({ observer, logs, lines }) => {
      const session = observer.openSession({
        role: "server",
        since: performance.now(),
        id: "s-9",
        client: { name: "agent", version: "3" },
        server: { name: "calculator", version: "1.2.0" },
        attributes: { "network.transport": "pipe" },
        canVanish: false,
      });
      session.close();
      return { logs: logs(), lines: lines() };
    });
    expect(result.logs.map(({ eventName, body, severityText }) => [eventName, body, severityText])).toEqual([
      ["mcp.session.opened", "Session opened", "INFO"],
      ["mcp.session.closed", "Session closed", "INFO"],
    ]);
    expect(result.lines[1]).toMatchObject({
      server: "calculator",
      version: "1.2.0",
      session_id: "53aaa6cad4a0f90d",
      client: "agent",
      client_version: "3",
      duration_ms: expect.any(Number) as unknown,
    });
  });
});

describe("nothing is built", () => {
  /** Attributes that tell when they are read. */
  function watched(operation: Operation): { operation: Operation; reads: () => number } {
    let reads = 0;
    const attributes = new Proxy(operation.attributes, {
      ownKeys: (target) => ((reads += 1), Reflect.ownKeys(target)),
    });
    return { operation: { ...operation, attributes }, reads: () => reads };
  }
  const readsWith = async (config: Partial<McpConfig>): Promise<number> => {
    const { operation, reads } = watched(call());
    await withTelemetry(
      ({ observer }: Telemetry) =>
        context.with(context.active(), () => observer.begin(operation, {}).end({})),
      { sessionId: "full", ...config },
    );
    return reads();
  };

  it("of a start where DEBUG is off, of anything where logs are off", async () => {
    const off = await readsWith({ logLevel: "OFF" });
    const warn = await readsWith({ logLevel: "WARN" });
    const info = await readsWith({ logLevel: "INFO" });
    const debug = await readsWith({ logLevel: "DEBUG" });
    expect(warn).toBe(off);
    expect(info).toBeGreaterThan(warn);
    expect(debug).toBeGreaterThan(info);
  });
});
