import { expect, it } from "vitest";
import { claimCall, runCall, type Call } from "../../src/hook/connection/calls.ts";

const callOf = (method: unknown): Call => ({ method, aborted: () => false });

it("a message belongs to the call that is making it, and each call makes one", () => {
  const call = callOf("tools/call");
  const claimed = runCall(call, () => ["ping", "tools/call", "tools/call"].map(claimCall));
  expect(claimed).toEqual([undefined, call, undefined]);
});

it("a call inside a call has its own, and gives the outer one back", () => {
  const [outer, inner] = [callOf("tools/call"), callOf("tools/call")];
  const claimed = runCall(outer, () => [
    runCall(inner, () => claimCall("tools/call")),
    claimCall("tools/call"),
  ]);
  expect(claimed).toEqual([inner, outer]);
});

it("nothing is left after the call, whether it made a message or threw", async () => {
  runCall(callOf("tools/call"), () => undefined);
  expect(claimCall("tools/call")).toBeUndefined();
  const later = runCall(callOf("tools/call"), async () => {
    await Promise.resolve();
    return claimCall("tools/call");
  });
  expect(await later).toBeUndefined();
  const broken = (): never => {
    throw new Error("theirs");
  };
  expect(() => runCall(callOf("tools/call"), broken)).toThrow("theirs");
  expect(claimCall("tools/call")).toBeUndefined();
});
