import { afterEach, expect, test, vi } from "vitest";
import type { Collected } from "../../src/admin/collected.ts";
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
