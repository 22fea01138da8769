// The effects that a peer can cause, and data that stays in the process: log entries, session ids, resource
// templates, names of fields.
import { afterEach, expect, it, vi } from "vitest";
import { describeMetric } from "../../src/operation/metric-attributes.ts";
import { createKnownNames } from "../../src/operation/known-names.ts";
import { createLogRate } from "../../src/signals/logs/log-rate.ts";
import { createUserLogger } from "../../src/signals/logs/user-logger.ts";
import { readConfig } from "../../src/settings/mcp-settings.ts";
import { withTelemetry } from "../support/with-telemetry.ts";
import { operationOf } from "./operations.ts";

afterEach(() => void vi.useRealTimers());

const FLOOD = 20_000;

it("20,000 log messages of one peer are a few hundred entries, and the number of those left out", async () => {
  const owner = {};
  const { result } = await withTelemetry(async ({ observer, logs, lines, known }) => {
    const flood = operationOf("server", "notifications/message", { signal: "log", owner });
    for (let n = 0; n < FLOOD; n++) observer.begin(flood, {}, { level: "error", data: `line ${n}` }).end({});
    await vi.waitFor(() => expect(lines().at(-1)?.["message"]).toMatch(/left out/), { timeout: 5000 });
    return { records: logs().length, said: lines(), suppressed: known.suppressed.get("log_rate") ?? 0 };
  });

  const messages = result.said.filter(({ message }) => message === "MCP log message").length;
  expect(messages).toBeLessThan(2000);
  expect(messages + result.suppressed).toBe(FLOOD);
  expect(result.records).toBe(result.said.length);
  expect(result.said.at(-1)).toMatchObject({
    level: "WARN",
    message: expect.stringMatching(/^\d+ log entries left out/) as string,
  });
});

it("and 20,000 failing calls are no more, while calls that succeed are all logged", async () => {
  const { result } = await withTelemetry(({ observer, lines }) => {
    const call = operationOf("server", "tools/call", {
      owner: {},
      attributes: { "jsonrpc.request.id": "1" },
    });
    for (let n = 0; n < 2000; n++) observer.begin(call, {}).end({ errorType: "tool_error" });
    for (let n = 0; n < 500; n++) observer.begin(call, {}).end({});
    return lines();
  });

  expect(result.filter(({ message }) => message === "Tool call failed").length).toBeLessThan(1000);
  expect(result.filter(({ message }) => message === "Tool call completed")).toHaveLength(500);
});

it("one peer's flood leaves another its entries, and all together have a limit", () => {
  vi.useFakeTimers();
  const reports: number[] = [];
  let suppressed = 0;
  const rate = createLogRate(
    () => 10,
    () => (suppressed += 1),
    (count) => reports.push(count),
  );
  const [greedy, modest] = [{}, {}];

  const admitted = Array.from({ length: 1000 }, () => rate.admits(greedy)).filter(Boolean).length;
  expect([admitted, rate.admits(modest)]).toEqual([20, true]);
  const many = Array.from({ length: 1000 }, () => rate.admits({})).filter(Boolean).length;
  expect(many).toBe(200 - 21);
  vi.advanceTimersByTime(1000);

  expect(reports).toEqual([suppressed]);
  expect(Array.from({ length: 100 }, () => rate.admits(greedy)).filter(Boolean)).toHaveLength(10);
});

it.each([
  ["hash", "6a840baf5d8c3ff2"],
  ["full", "s-1"],
  ["off", undefined],
] as const)(
  "a session id is recorded by the setting %s as %s, on spans and in the log",
  async (sessionId, shown) => {
    const operation = operationOf("server", "tools/call", {
      attributes: { "mcp.session.id": "s-1", "jsonrpc.request.id": "1" },
    });
    const { result, spans } = await withTelemetry(
      ({ observer, lines, logs }) => {
        observer.begin(operation, {}).end({ attributes: { "mcp.session.id": "s-1" } });
        const session = {
          role: "server",
          since: 0,
          id: "s-1",
          client: undefined,
          server: undefined,
        } as const;
        observer.openSession({ ...session, attributes: {}, canVanish: false }).close();
        return { lines: lines(), records: logs() };
      },
      { sessionId },
    );

    expect(spans[0]?.attributes["mcp.session.id"]).toBe(shown);
    expect(result.lines.map((line) => line["session_id"])).toEqual([shown, shown, shown]);
    expect(result.records.map(({ attributes }) => attributes["mcp.session.id"])).toEqual([
      shown,
      shown,
      shown,
    ]);
  },
);

it("no metric has the template where nothing of a resource is to be seen [privacy.resource-uri.config]", () => {
  const outcome = { attributes: { "mcp.resource.template": "users://{id}" } };
  const shown = (["full", "template", "off"] as const).map(
    (setting) =>
      describeMetric(operationOf("server", "resources/read"), outcome, createKnownNames(), setting)[
        "mcp.resource.template"
      ],
  );
  expect(shown).toEqual(["users://{id}", "users://{id}", undefined]);
});

it("fields may have the names of what every object inherits", () => {
  const emitted: Record<string, unknown>[] = [];
  const lines: string[] = [];
  const logger = createUserLogger({
    scope: { name: "weather", version: "" },
    config: () => readConfig({}),
    writeLine: (line) => void lines.push(line),
    loggerProvider: () => ({ getLogger: () => ({ emit: (record) => void emitted.push(record as never) }) }),
  });

  logger.info(
    "x",
    JSON.parse('{"constructor":"v","toString":"w","__proto__":"p","valueOf":1}') as object as never,
  );

  expect(JSON.stringify(emitted[0]?.["attributes"])).toBe(
    '{"constructor":"v","toString":"w","__proto__":"p","valueOf":1}',
  );
  expect(lines.join()).not.toMatch(/function|native code/);
  expect(lines.join()).toContain('"constructor":"v"');
});
