import { expect, it } from "vitest";
import { readConfig } from "../src/settings/mcp-settings.ts";
import { SETTINGS } from "../src/settings/mcp-settings.ts";

it("without a word from the environment the defaults apply", () => {
  const defaults = {
    resourceUri: "full",
    errorMessage: true,
    trust: "parent",
    baggage: [],
    metaKeys: [],
    sessionId: "hash",
    logRate: 100,
    reuseExecuteTool: false,
    metrics: new Set(["semconv", "guide", "runtime", "process"]),
    sessionIdleMs: 1_800_000,
    logLevel: "INFO",
    logLines: true,
    slowMs: 10_000,
    capture: new Set(),
    captureTools: [],
    captureToolsDeny: [],
    captureLimit: 8192,
    stdout: "detect",
  };
  expect(readConfig({})).toEqual(defaults);
  const empty = Object.fromEntries(Object.values(SETTINGS).map(({ variable }) => [variable, " "]));
  expect(readConfig(empty)).toEqual(defaults);
});

it.each([
  ["OTEL_INSTRUMENTATION_MCP_RESOURCE_URI", "Template", { resourceUri: "template" }],
  ["OTEL_INSTRUMENTATION_MCP_RESOURCE_URI", "off", { resourceUri: "off" }],
  ["OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE", " OFF ", { errorMessage: false }],
  ["OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE", "false", { errorMessage: false }],
  ["OTEL_INSTRUMENTATION_MCP_TRUST", "Link", { trust: "link" }],
  ["OTEL_INSTRUMENTATION_MCP_BAGGAGE", "tenant, Acme.*", { baggage: ["tenant", "Acme.*"] }],
  ["OTEL_INSTRUMENTATION_MCP_META_KEYS", "sentry-trace", { metaKeys: ["sentry-trace"] }],
  ["OTEL_INSTRUMENTATION_MCP_SESSION_ID", "OFF", { sessionId: "off" }],
  ["OTEL_INSTRUMENTATION_MCP_LOG_RATE", "5", { logRate: 5 }],
  ["OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL", "true", { reuseExecuteTool: true }],
  ["OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL", "on", { reuseExecuteTool: true }],
  ["OTEL_INSTRUMENTATION_MCP_METRICS", "guide, Process", { metrics: new Set(["guide", "process"]) }],
  ["OTEL_INSTRUMENTATION_MCP_METRICS", "none", { metrics: new Set() }],
  ["OTEL_INSTRUMENTATION_MCP_SESSION_IDLE_MS", "2500", { sessionIdleMs: 2500 }],
  ["OTEL_INSTRUMENTATION_MCP_LOG_LEVEL", "Warn", { logLevel: "WARN", lineLevel: undefined }],
  ["LOG_LEVEL", "trace", { logLevel: "INFO", lineLevel: "DEBUG" }],
  ["LOG_LEVEL", "silent", { logLevel: "INFO", lineLevel: "OFF" }],
  ["OTEL_INSTRUMENTATION_MCP_LOG_LINES", "off", { logLines: false }],
  ["OTEL_INSTRUMENTATION_MCP_SLOW_MS", "250", { slowMs: 250 }],
  ["OTEL_INSTRUMENTATION_MCP_CAPTURE", "results, Arguments", { capture: new Set(["arguments", "results"]) }],
  [
    "OTEL_INSTRUMENTATION_MCP_CAPTURE",
    "all",
    { capture: new Set(["arguments", "results", "prompts", "messages"]) },
  ],
  [
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
    "span_only",
    { capture: new Set(["arguments", "results", "prompts", "messages"]) },
  ],
  ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "False", { capture: new Set() }],
  ["OTEL_INSTRUMENTATION_MCP_CAPTURE_TOOLS", "readFile, db_*", { captureTools: ["readFile", "db_*"] }],
  ["OTEL_INSTRUMENTATION_MCP_CAPTURE_TOOLS_DENY", "getSecret,", { captureToolsDeny: ["getSecret"] }],
  ["OTEL_INSTRUMENTATION_MCP_STDOUT", "Protect", { stdout: "protect" }],
])("%s=%s", (variable, value, expected) => {
  expect(readConfig({ [variable]: value })).toMatchObject(expected);
});

it.each(["sometimes", "constructor", "__proto__"])(
  "the value %s is told, by its variable's name, and the default applies",
  (value) => {
    const problems: string[] = [];
    const config = readConfig({ OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE: value }, (problem) =>
      problems.push(problem),
    );
    expect(config.errorMessage).toBe(true);
    expect(problems).toEqual([
      expect.stringContaining(`OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE=${value} is not one of on, off`),
    ]);
  },
);
