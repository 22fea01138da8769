import { safely } from "./safely.ts";

/**
 * Work for the end of the process. One listener runs all of it: beyond ten listeners Node warns of a leak, and the
 * application needs those.
 */
type Work = (code: number) => void;

const waiting = new Set<Work>();

/**
 * Does this work when the process ends.
 * @returns cancels it
 */
export function atExit(work: Work): () => void {
  if (waiting.size === 0) process.once("exit", end);
  waiting.add(work);
  return () => {
    if (waiting.delete(work) && waiting.size === 0) process.removeListener("exit", end);
  };
}

function end(code: number): void {
  // Work that is added meanwhile is done as well.
  for (const work of waiting) {
    waiting.delete(work);
    safely("at exit", () => work(code));
  }
}
