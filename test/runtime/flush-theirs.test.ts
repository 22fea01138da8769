// The SDK of the application at the end of a process: flushed as long as it lives, and left alone once it has been shut down.
import { trace } from "@opentelemetry/api";
import { afterEach, expect, it, vi } from "vitest";
import { flushTheirs, hasTheirs, watchTheirs } from "../../src/runtime/exit/flush-theirs.ts";

afterEach(() => trace.disable());

function register(more: object = {}) {
  const provider = {
    getTracer: () => trace.getTracer("none"),
    forceFlush: vi.fn<() => Promise<void>>(async () => undefined),
    shutdown: vi.fn<(reason?: string) => string>(() => "down"),
    ...more,
  };
  trace.setGlobalTracerProvider(provider);
  return provider;
}

it("is flushed, and not any more after its own shutdown, which stays the application's function", async () => {
  const provider = register();
  watchTheirs();
  watchTheirs();
  await flushTheirs();

  expect([hasTheirs(), provider.shutdown("bye")]).toEqual([true, "down"]);
  await flushTheirs();

  expect(provider.forceFlush).toHaveBeenCalledTimes(1);
  expect(provider.shutdown).toHaveBeenCalledExactlyOnceWith("bye");
});

it("may throw, or take no property of ours", async () => {
  const provider = register({
    forceFlush: vi.fn<() => never>(() => {
      throw new Error("not ready");
    }),
  });
  Object.freeze(provider);

  watchTheirs();

  await expect(flushTheirs()).resolves.toBeUndefined();
  expect(provider.forceFlush).toHaveBeenCalledTimes(1);
});
