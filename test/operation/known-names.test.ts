import { expect, it } from "vitest";
import { createKnownNames } from "../../src/operation/known-names.ts";

it("believes in what it learnt, kind by kind", () => {
  const known = createKnownNames();
  known.learn("tool", "add");
  expect([known.has("tool", "add"), known.has("prompt", "add"), known.has("tool", "constructor")]).toEqual([
    true,
    false,
    false,
  ]);
  for (const odd of [undefined, 7, "", "x".repeat(129), {}]) known.learn("tool", odd);
  expect([known.has("tool", ""), known.has("tool", "x".repeat(129))]).toEqual([false, false]);
});

it("takes in no more than its cap, whatever is listed [cardinality.cap]", () => {
  const known = createKnownNames({ tool: 2, prompt: 1, method: 0 });
  for (const name of ["a", "b", "c", "a"]) known.learn("tool", name);
  expect(["a", "b", "c"].map((name) => known.has("tool", name))).toEqual([true, true, false]);

  const usual = createKnownNames();
  const names = Array.from({ length: 10_000 }, (_, at) => `tool-${at}`);
  names.forEach((name) => usual.learn("tool", name));
  expect(names.filter((name) => usual.has("tool", name))).toHaveLength(1000);
});

it("knows the protocol's own methods from the start, cap or not", () => {
  const known = createKnownNames({ tool: 0, prompt: 0, method: 0 });
  known.learn("method", "demo/own");
  expect([
    known.has("method", "tools/call"),
    known.has("method", "demo/own"),
    known.has("method", "__proto__"),
  ]).toEqual([true, false, false]);
});
