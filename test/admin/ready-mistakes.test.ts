import { describe, expect, test } from "vitest";
import { createReadiness, type Readiness, type ReadinessCheck } from "../../src/admin/ready.ts";

describe("an invalid check throws when it is added", () => {
  const ok: ReadinessCheck = () => true;
  test.each<[string, (readiness: Readiness) => unknown, RegExp]>([
    ["no name", (readiness) => readiness.add("", ok), /cannot be named "": use 1 to 64 letters/],
    ["a name of another type", (readiness) => readiness.add(7 as never, ok), /cannot be named a number: use/],
    ["a name of several lines", (readiness) => readiness.add("a\nb", ok), /cannot be named "a\\nb"/],
    ["a long name", (readiness) => readiness.add("x".repeat(65), ok), /cannot be named "x+": use 1 to 64/],
    [
      "a name that objects have",
      (readiness) => readiness.add("__proto__", ok),
      /cannot be named "__proto__"/,
    ],
    [
      "a promise",
      (readiness) => readiness.add("db", Promise.resolve() as never),
      /"db" has to be a function, not a object: pass \(\) => …/,
    ],
    [
      "no check",
      (readiness) => readiness.add("db", undefined as never),
      /"db" has to be a function, not a undefined\./,
    ],
    ["null", (readiness) => readiness.add("db", null as never), /"db" has to be a function, not null\./],
    [
      "no time",
      (readiness) => readiness.add("db", ok, { timeoutMs: 0 }),
      /"db" cannot have timeoutMs 0: give milliseconds/,
    ],
    [
      "endless time",
      (readiness) => readiness.add("db", ok, { timeoutMs: Infinity }),
      /"db" cannot have timeoutMs Infinity/,
    ],
    [
      "time as text",
      (readiness) => readiness.add("db", ok, { timeoutMs: "5" as never }),
      /"db" cannot have timeoutMs 5/,
    ],
    [
      "the same name",
      (readiness) => [readiness.add("db", ok), readiness.add("db", ok)],
      /named "db" already: choose another name, or first take/,
    ],
  ])("%s", (_, add, expected) => {
    const readiness = createReadiness({ uptimeSeconds: () => 0 });

    expect(() => add(readiness)).toThrow(TypeError);
    expect(() => add(createReadiness({ uptimeSeconds: () => 0 }))).toThrow(expected);
  });
});
