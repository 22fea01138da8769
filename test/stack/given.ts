import { afterAll, beforeAll, beforeEach, inject, onTestFailed } from "vitest";
import type { Programs } from "./back-ends.ts";
import type { StoreName } from "./log-stores.ts";
import { startStack, type Stack, type StackOptions } from "./stack.ts";

const provided = inject("programs");

/** For a `describe` that needs the servers: skipped, and reported as skipped, where there are none. */
export const NEEDS_SERVERS = { skip: typeof provided === "string" };

export const STORES = ["victorialogs", "loki"] as const satisfies readonly StoreName[];

/** For a `describe` about one store: Loki's are skipped, and reported as skipped, where there is no Loki. */
export function needs(store: StoreName): { skip: boolean } {
  return { skip: typeof provided === "string" || (store === "loki" && provided.loki === undefined) };
}

export function programs(): Programs {
  if (typeof provided === "string") throw new Error(provided);
  return provided;
}

/** A stack for all tests of a `describe`. Call it inside of them. */
export function givenStack(options?: StackOptions): () => Stack {
  let stack: Stack | undefined;
  beforeAll(async () => {
    stack = await startStack(programs(), options);
  });
  beforeEach(() => {
    onTestFailed(() => console.error(stack?.complaints()));
  });
  afterAll(() => stack?.stop());
  return () => {
    if (stack === undefined) throw new Error("not started yet");
    return stack;
  };
}
