import { expect, it, vi } from "vitest";
import { passOn } from "../../src/hook/connection/pass-on.ts";
import { until } from "../support/with-telemetry.ts";

it("passes a value and an error on unchanged, and reports both", async () => {
  const [value, error] = [{}, new Error("theirs")];
  const heard: unknown[] = [];

  const fulfilled = passOn(Promise.resolve(value), (failure) => heard.push(failure));
  const rejected = passOn(Promise.reject(error), (failure) => heard.push(failure));

  await expect(fulfilled).resolves.toBe(value);
  await expect(rejected).rejects.toBe(error);
  expect(heard).toEqual([undefined, { error }]);
});

it.each([["text"], [undefined], [null], [{ settled: true }]])(
  "gives back %j, which is no promise, at once",
  (result) => {
    const heard = vi.fn<(failure: unknown) => void>();
    expect(passOn(result, heard)).toBe(result);
    expect(heard).toHaveBeenCalledWith(undefined);
  },
);

it("an unhandled rejection stays unhandled, and counts once", async () => {
  const error = new Error("nobody handles me");
  const unhandled = catchUnhandled();

  void passOn(Promise.reject(error), () => undefined);
  await until(
    () => unhandled.seen.length > 0,
    () => "it was handled away",
  );
  await turns(3);

  expect(unhandled.stop()).toEqual([error]);
});

it("a rejection that the caller handles is not unhandled anywhere", async () => {
  const unhandled = catchUnhandled();

  await expect(passOn(Promise.reject(new Error("no")), () => undefined)).rejects.toThrow("no");
  await turns(3);

  expect(unhandled.stop()).toEqual([]);
});

it("an error in the listener does not reach the caller", async () => {
  const broken = (): never => {
    throw new Error("ours");
  };
  await expect(passOn(Promise.resolve(1), broken)).resolves.toBe(1);
  await expect(passOn(Promise.reject(new Error("theirs")), broken)).rejects.toThrow("theirs");
  expect(passOn(1, broken)).toBe(1);
});

/** In place of vitest's own listeners, which would fail the test. */
function catchUnhandled(): { readonly seen: unknown[]; stop(): unknown[] } {
  const seen: unknown[] = [];
  const before = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => seen.push(reason));
  return {
    seen,
    stop() {
      process.removeAllListeners("unhandledRejection");
      before.forEach((listener) => process.on("unhandledRejection", listener));
      return seen;
    },
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
