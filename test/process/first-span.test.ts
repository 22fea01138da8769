import { expect, it } from "vitest";
import { PRELOAD, traceProgram } from "./program.ts";

it("a span that the application opens before the SDK of mcp-otelkit has started is recorded, and is the parent of all spans within", async () => {
  const { spans } = await traceProgram([...PRELOAD, "early-span.mjs"]);

  const own = spans.filter(({ scope }) => scope === "application");
  expect(own.map(({ name }) => name).toSorted()).toEqual(["afterwards", "everything"]);
  const root = own.find(({ name }) => name === "everything");
  const ours = spans.filter(({ scope }) => scope === "mcp-otelkit");
  expect(ours.length).toBeGreaterThan(4);
  expect(new Set(ours.map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId]));
});

it("where OpenTelemetry is turned off, it records nothing and harms nothing", async () => {
  const env = { OTEL_INSTRUMENTATION_MCP_SDK: "join" };
  const { spans, code, stderr } = await traceProgram([...PRELOAD, "early-span.mjs"], { env });

  expect({ spans, code }).toEqual({ spans: [], code: 0 });
  expect(stderr).toContain("OTEL_INSTRUMENTATION_MCP_SDK=join");
});
