// Whatever fails in our code, in OpenTelemetry's or in an exporter: the application's conversation is what it would be
// without us. `npm run prove -- faults` makes ten thousand; here a few, and the proof that the net is what catches them.
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

it("functions of our files are made to ask whether to fail, those of the net are not", () => {
  const source = "export function one(a) { return two(a); }\nfunction two(a) { return a; }\n";
  expect(sabotage("operation/any.js", source)).toMatch(
    /export function one\(\.\.\.args\)[\s\S]*function real_two\(a\)/,
  );
  expect(sabotage("output/safely.js", source)).toBe(source);
});
