import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";

/** What the threads of a process tell each other: a place in a piece of shared memory. */
const FACTS = { seen: 0, announced: 1, problem: 2 } as const;
export type Fact = keyof typeof FACTS;

const KEY = "mcp-otelkit.facts";

/** Workers get what stands here when they are made, and so do theirs. */
function facts(): Int32Array {
  const shared = getEnvironmentData(KEY);
  if (shared instanceof SharedArrayBuffer) return new Int32Array(shared);
  const fresh = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * Object.keys(FACTS).length);
  setEnvironmentData(KEY, fresh);
  return new Int32Array(fresh);
}

/** Makes the memory, so that workers made from now on share it. */
export function shareFacts(): void {
  facts();
}

/** @returns whether this thread is the first of the process to know */
export function learn(fact: Fact): boolean {
  return Atomics.exchange(facts(), FACTS[fact], 1) === 0;
}

/** Whether any thread of the process knows. */
export function isKnown(fact: Fact): boolean {
  return Atomics.load(facts(), FACTS[fact]) === 1;
}
