import { expect, it } from "vitest";
import { readConfig, SETTINGS } from "../src/config.ts";

it("without a word from the environment the defaults apply", () => {
  const defaults = {
    resourceUri: "full",
    errorMessage: true,
    reuseExecuteTool: false,
    metrics: new Set(["semconv", "guide", "runtime", "process"]),
    sessionIdleMs: 1_800_000,
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
  ["OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL", "true", { reuseExecuteTool: true }],
  ["OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL", "on", { reuseExecuteTool: true }],
  ["OTEL_INSTRUMENTATION_MCP_METRICS", "guide, Process", { metrics: new Set(["guide", "process"]) }],
  ["OTEL_INSTRUMENTATION_MCP_METRICS", "none", { metrics: new Set() }],
  ["OTEL_INSTRUMENTATION_MCP_SESSION_IDLE_MS", "2500", { sessionIdleMs: 2500 }],
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
