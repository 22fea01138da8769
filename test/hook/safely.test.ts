import { beforeEach, expect, it, vi } from "vitest";

// What was reported once is remembered for the process.
beforeEach(() => vi.resetModules());
const load = () => import("../../src/output/safely.ts");
const bang = (): never => {
  throw new Error("ours");
};

it("a fault in mcp-otelkit is reported once for each place, and not thrown", async () => {
  const { onFault, safely } = await load();
  const told: string[] = [];
  onFault((where) => told.push(where));

  expect([safely("a", bang), safely("a", bang), safely("b", bang), safely("a", () => 1)]).toEqual([
    undefined,
    undefined,
    undefined,
    1,
  ]);
  expect(told).toEqual(["a", "b"]);
});

it("a sink that throws does no harm", async () => {
  const { onFault, safely } = await load();
  onFault(bang);
  expect(safely("a", bang)).toBeUndefined();
});

type Around = <T>(fn: () => T) => T;

it.each<[string, Around]>([
  ["behaves", (fn) => fn()],
  ["throws before", bang],
  ["throws after", (fn) => (fn(), bang())],
  ["never calls", () => undefined as never],
  ["answers something else", (fn) => (fn(), "else") as never],
])("what is surrounded runs exactly once when the surroundings %s", async (_what, around) => {
  const { surround } = await load();
  const theirs = vi.fn<() => string>(() => "theirs");
  const result = surround("x", around, theirs);
  expect(theirs).toHaveBeenCalledTimes(1);
  expect(result).toBe("theirs");
});

it.each<[string, Around]>([
  ["pass it on", (fn) => fn()],
  [
    "swallow it and throw their own",
    (fn) => {
      try {
        return fn();
      } catch {
        return bang();
      }
    },
  ],
])("an error of the application is thrown unchanged when the surroundings %s", async (_what, around) => {
  const { surround } = await load();
  const error = new Error("theirs");
  const theirs = vi.fn<() => never>(() => {
    throw error;
  });
  expect(() => surround("x", around, theirs)).toThrow(error);
  expect(theirs).toHaveBeenCalledTimes(1);
});
