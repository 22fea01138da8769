// Whatever fails in mcp-otelkit, in OpenTelemetry or in an exporter: the application's conversation is the same as
// without mcp-otelkit. `npm run prove -- faults` injects ten thousand faults; here a few, and the proof that `safely`
// and `surround` catch them.
import { expect, it } from "vitest";
import { sabotage } from "./sabotage.mjs";
import { complaintsOf, runFaults } from "./run.ts";

it.each([
  ["v1", 1],
  ["v2", 1],
  ["v1", 10],
  ["v2", 10],
] as const)("%s, %i of a hundred calls fail", { timeout: 60_000 }, async (generation, rate) => {
  const wanted = rate === 1 ? 150 : 500; // the fewer fail, the more conversations it takes
  const verdict = await runFaults(generation, 7, rate, wanted);

  expect(complaintsOf(verdict)).toEqual([]);
  expect(verdict.total).toBeGreaterThanOrEqual(wanted);
  expect(Object.keys(verdict.counts).length).toBeGreaterThan(8);
  expect(verdict.places).toBeGreaterThan(50);
});

it("functions of mcp-otelkit's files get fault injection, those of the safety net do not", () => {
  const source = "export function one(a) { return two(a); }\nfunction two(a) { return a; }\n";
  expect(sabotage("operation/any.js", source)).toMatch(
    /export function one\(\.\.\.args\)[\s\S]*function real_two\(a\)/,
  );
  expect(sabotage("output/safely.js", source)).toBe(source);
});
