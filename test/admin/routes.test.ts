import { afterEach, expect, test, vi } from "vitest";
import type { Collected } from "../../src/admin/metrics/collected.ts";
import { createHandle } from "../../src/admin/handle.ts";
import { createReadiness } from "../../src/admin/ready.ts";
import { createRoutes } from "../../src/admin/routes.ts";
import { collect } from "./collect.ts";

const others = {
  health: () => ({ uptimeSeconds: 1 }),
  readiness: createReadiness({ uptimeSeconds: () => 1 }),
};
afterEach(() => {
  vi.useRealTimers();
});

test("without a reader there is no metrics page", () => {
  expect(Object.keys(createRoutes(others))).toEqual(["/health", "/ready"]);
});

test("the token guards the metrics and not the probes", () => {
  const routes = createRoutes({ ...others, collect: () => collect(() => {}) });

  expect(Object.entries(routes).map(([path, { guarded }]) => [path, guarded])).toEqual([
    ["/metrics", true],
    ["/health", false],
    ["/ready", false],
  ]);
});

test("readiness has reasons for who has the token, and names for everybody", async () => {
  const readiness = createReadiness({ uptimeSeconds: () => 1 });
  readiness.add("database", () => Promise.reject(new Error("role admin does not exist on db-7")));
  const handle = createHandle({
    routes: createRoutes({ ...others, readiness }),
    token: "s3cret",
    say: () => undefined,
  });

  const [stranger, operator] = await Promise.all(
    [{}, { authorization: "Bearer s3cret" }].map((headers) => handle("GET", "/ready", headers)),
  );

  expect([stranger?.status, operator?.status]).toEqual([503, 503]);
  expect(JSON.parse(stranger?.body ?? "")).toMatchObject({ checks: { database: "unhealthy" } });
  expect(JSON.parse(operator?.body ?? "")).toMatchObject({
    checks: { database: "unhealthy: role admin does not exist on db-7" },
  });
});

test("and without a token there are no reasons", async () => {
  const readiness = createReadiness({ uptimeSeconds: () => 1 });
  readiness.add("database", () => Promise.reject(new Error("role admin does not exist on db-7")));
  const handle = createHandle({ routes: createRoutes({ ...others, readiness }), say: () => undefined });

  expect((await handle("GET", "/ready", {})).body).not.toContain("db-7");
});

test("scrapes that overlap share a collection, each in its format, and the next has its own", async () => {
  const collections = vi.fn<() => Promise<Collected>>(() => collect(() => {}));
  const route = createRoutes({ ...others, collect: collections })["/metrics"];

  const answers = await Promise.all(
    ["text/plain", "application/openmetrics-text"].map(async (accept) => route?.answer({ accept })),
  );

  expect(answers.map((answer) => answer?.body)).toEqual(["", "# EOF\n"]);
  expect(collections).toHaveBeenCalledTimes(1);
  await route?.answer({});
  expect(collections).toHaveBeenCalledTimes(2);
});

test("a collection that hangs is given up, and the next scrape starts anew", async () => {
  vi.useFakeTimers();
  const collections = vi.fn<() => Promise<Collected>>(() => collect(() => {}));
  collections.mockReturnValueOnce(new Promise(() => {}));
  const route = createRoutes({ ...others, collect: collections })["/metrics"];

  const outcome = Promise.resolve(route?.answer({})).catch(String);
  await vi.advanceTimersByTimeAsync(8_000);

  expect(await outcome).toBe("Error: no answer within 8000 ms");
  expect(await route?.answer({})).toMatchObject({ status: 200 });
});

test("collections that always hang do not pile up", async () => {
  vi.useFakeTimers();
  const collections = vi.fn<() => Promise<Collected>>(() => new Promise(() => {}));
  const route = createRoutes({ ...others, collect: collections })["/metrics"];
  const outcomes: unknown[] = [];

  for (let scrape = 0; scrape < 6; scrape += 1) {
    const outcome = Promise.resolve(route?.answer({})).catch(String);
    await vi.advanceTimersByTimeAsync(8_000);
    outcomes.push(await outcome);
  }

  expect(outcomes.at(-1)).toBe("Error: 4 earlier collections have not ended");
  expect(collections).toHaveBeenCalledTimes(4);
});
