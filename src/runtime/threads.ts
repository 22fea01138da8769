import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";

/** Facts that the threads of a process share, each at an index of shared memory. */
const FACTS = { seen: 0, announced: 1, problem: 2 } as const;
export type Fact = keyof typeof FACTS;

const KEY = "mcp-otelkit.facts";

/** A worker gets this value when it is created, and passes it on to its own workers. */
function facts(): Int32Array {
  const shared = getEnvironmentData(KEY);
  if (shared instanceof SharedArrayBuffer) return new Int32Array(shared);
  const fresh = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * Object.keys(FACTS).length);
  setEnvironmentData(KEY, fresh);
  return new Int32Array(fresh);
}

/** Creates the memory, so that workers created from now on share it. */
export function shareFacts(): void {
  facts();
}

/** @returns whether this thread is the first of the process to set the fact */
export function learn(fact: Fact): boolean {
  return Atomics.exchange(facts(), FACTS[fact], 1) === 0;
}

/** Whether any thread of the process has set the fact. */
export function isKnown(fact: Fact): boolean {
  return Atomics.load(facts(), FACTS[fact]) === 1;
}
