import { expect, it } from "vitest";
import { readConfig, SETTINGS } from "../src/config.ts";

it("without a word from the environment the defaults apply", () => {
  const defaults = { resourceUri: "full", errorMessage: true, reuseExecuteTool: false };
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
      expect.stringContaining(
        `OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE=${value} is none of on, true, off, false`,
      ),
    ]);
  },
);
