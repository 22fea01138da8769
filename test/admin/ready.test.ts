import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createReadiness, type Readiness, type ReadinessCheck } from "../../src/admin/ready.ts";

let readiness: Readiness;
beforeEach(() => {
  readiness = createReadiness({ uptimeSeconds: () => 12.34 });
});
afterEach(() => {
  vi.useRealTimers();
});

async function checksOf(check: ReadinessCheck): Promise<string | undefined> {
  readiness.add("database", check);
  return (await readiness.describe()).body.checks["database"];
}

test("all healthy is ready", async () => {
  readiness.add("database", async () => {});
  readiness.add("MCP transport", () => true);

  expect(await readiness.describe()).toEqual({
    ok: true,
    body: {
      status: "ready",
      checks: { database: "healthy", "MCP transport": "healthy" },
      uptime_seconds: 12.3,
      uptimeSeconds: 12,
    },
  });
});

test("one unhealthy is not ready, and the others are told all the same", async () => {
  readiness.add("database", async () => {
    throw new Error("connection refused");
  });
  readiness.add("cache", () => "PONG");

  const { ok, body } = await readiness.describe();

  expect(ok).toBe(false);
  expect(body).toMatchObject({
    status: "not_ready",
    checks: { database: "unhealthy: connection refused", cache: "healthy" },
  });
});

test("nothing to check is ready", async () => {
  expect((await readiness.describe()).body).toMatchObject({ status: "ready", checks: {} });
});

describe("what a check may do", () => {
  const refused = Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" });
  const hostile = {
    get message(): string {
      throw new Error("no");
    },
  };
  const fail = (thrown: unknown): ReadinessCheck =>
    vi.fn<ReadinessCheck>().mockImplementation(() => {
      throw thrown;
    });
  test.each<[string, ReadinessCheck, string]>([
    ["give undefined", () => undefined, "healthy"],
    ["give null", () => null, "healthy"],
    ["give 0", () => 0, "healthy"],
    ["give true", async () => true, "healthy"],
    ["give false", () => false, "unhealthy: the check gave false"],
    ["give false late", async () => false, "unhealthy: the check gave false"],
    ["throw", fail(new Error("no file")), "unhealthy: no file"],
    ["reject", () => Promise.reject(new Error("no file")), "unhealthy: no file"],
    ["throw text", fail("plain text"), "unhealthy: plain text"],
    ["throw nothing", fail(undefined), "unhealthy: undefined"],
    ["throw an error of many addresses", fail(refused), "unhealthy: ECONNREFUSED"],
    [
      "throw something hostile",
      fail(hostile),
      "unhealthy: the check failed with something that cannot be told as text",
    ],
    [
      "throw an object without a prototype",
      fail(Object.create(null)),
      "unhealthy: the check failed with something that cannot be told as text",
    ],
    ["throw several lines", fail(new Error("a\n  at b\r\n\tat c")), "unhealthy: a at b at c"],
    [
      "throw a password",
      fail(new Error("postgres://u:p%40ss@db:5432 is down")),
      "unhealthy: postgres://db:5432 is down",
    ],
  ])("%s", async (_, check, expected) => {
    expect(await checksOf(check)).toBe(expected);
  });

  test("throw a novel, which is cut", async () => {
    const told = await checksOf(fail(new Error("x".repeat(5_000))));

    expect(told).toBe(`unhealthy: ${"x".repeat(199)}…`);
  });

  test("be called without arguments, which a client's method would take for its own", async () => {
    const check = vi.fn<ReadinessCheck>();
    await checksOf(check);
    expect(check).toHaveBeenCalledExactlyOnceWith();
  });
});

test("reasons go through the redaction that was given, before they are cut", async () => {
  readiness = createReadiness({ uptimeSeconds: () => 0, redact: (text) => text.replace("hunter2", "***") });

  const told = await checksOf(() => Promise.reject(new Error(`${"x".repeat(195)} hunter2`)));

  expect(told).toBe(`unhealthy: ${"x".repeat(195)} ***`);
});

test("a check that hangs is unhealthy after its own time-out, and others do not wait in line", async () => {
  vi.useFakeTimers();
  readiness.add("api", () => new Promise(() => {}), { timeoutMs: 300 });
  readiness.add("database", () => new Promise(() => {}));

  const described = readiness.describe();
  await vi.advanceTimersByTimeAsync(5_000);

  expect((await described).body.checks).toEqual({
    api: "unhealthy: no answer within 300 ms",
    database: "unhealthy: no answer within 5000 ms",
  });
  expect(vi.getTimerCount()).toBe(0);
});

test("a check that rejects after its time-out rejects nobody", async () => {
  vi.useFakeTimers();
  const late = withResolvers();
  readiness.add("api", () => late.promise, { timeoutMs: 10 });
  const described = readiness.describe();
  await vi.advanceTimersByTimeAsync(10);

  late.reject(new Error("too late"));

  expect((await described).ok).toBe(false);
  await vi.advanceTimersByTimeAsync(1); // an unhandled rejection would fail the run here
});

test("probes that overlap share the run of a check, and the next probe starts another", async () => {
  const first = withResolvers();
  const check = vi.fn<ReadinessCheck>().mockReturnValueOnce(first.promise);
  readiness.add("database", check);

  const probes = [readiness.describe(), readiness.describe(), readiness.describe()];
  expect(check).toHaveBeenCalledTimes(1);
  first.reject(new Error("down"));

  for (const probe of probes) expect((await probe).ok).toBe(false);
  expect((await readiness.describe()).ok).toBe(true);
  expect(check).toHaveBeenCalledTimes(2);
});

test("one result serves as long as it was asked to, however often probes come", async () => {
  vi.useFakeTimers();
  readiness = createReadiness({ uptimeSeconds: () => 0, keepMs: 1000 });
  const check = vi.fn<ReadinessCheck>(() => false);
  const fresh = vi.fn<ReadinessCheck>(() => true);
  readiness.add("database", check);
  readiness.add("shutdown", fresh, { keepMs: 0 });

  for (let probe = 0; probe < 50; probe += 1) await readiness.describe();
  expect([check.mock.calls.length, fresh.mock.calls.length]).toEqual([1, 50]);
  check.mockReturnValue(true);
  vi.advanceTimersByTime(1001);

  expect((await readiness.describe()).ok).toBe(true);
  expect(check).toHaveBeenCalledTimes(2);
});

test("a check that hangs is not started again by every probe", async () => {
  const check = vi.fn<ReadinessCheck>(() => new Promise(() => {}));
  readiness.add("database", check, { timeoutMs: 10 });

  for (let probe = 0; probe < 5; probe += 1) expect((await readiness.describe()).ok).toBe(false);

  expect(check).toHaveBeenCalledTimes(1);
});

test("a condition is asked anew by each probe, though a slow check is still running", async () => {
  let draining = false;
  readiness.add("database", () => new Promise(() => {}), { timeoutMs: 50 });
  readiness.add("not draining", () => !draining);

  const before = readiness.describe();
  await new Promise(setImmediate);
  draining = true;
  const after = readiness.describe();

  expect((await before).body.checks["not draining"]).toBe("healthy");
  expect((await after).body.checks["not draining"]).toBe("unhealthy: the check gave false");
});

test("a check can be taken away, and only by its own addition", async () => {
  const remove = readiness.add("database", () => false);
  remove();
  readiness.add("database", () => true);

  remove();

  expect((await readiness.describe()).body.checks).toEqual({ database: "healthy" });
});

function withResolvers(): { promise: Promise<unknown>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<unknown>((_, rejectIt) => {
    reject = rejectIt;
  });
  return { promise, reject };
}
