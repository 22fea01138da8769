import { afterAll, beforeAll, beforeEach, inject, onTestFailed } from "vitest";
import type { Programs } from "./back-ends.ts";
import { startStack, type Stack, type StackOptions } from "./stack.ts";

const provided = inject("programs");

/** For a `describe` that needs the servers: skipped, and reported as skipped, where there are none. */
export const NEEDS_SERVERS = { skip: typeof provided === "string" };

export function programs(): Programs {
  if (typeof provided === "string") throw new Error(provided);
  return provided;
}

/** A stack for all tests of a `describe`. To be asked for inside of them. */
export function givenStack(options?: StackOptions): () => Stack {
  let stack: Stack | undefined;
  beforeAll(async () => {
    stack = await startStack(programs(), options);
  });
  beforeEach(() => {
    onTestFailed(() => console.error(stack?.logs()));
  });
  afterAll(() => stack?.stop());
  return () => {
    if (stack === undefined) throw new Error("not started yet");
    return stack;
  };
}
