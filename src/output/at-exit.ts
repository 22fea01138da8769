import { safely } from "./safely.ts";

/**
 * Work for the end of the process. By one listener, whatever there is to do: beyond ten Node warns of a leak, and they are the
 * application's.
 */
type Work = (code: number) => void;

const waiting = new Set<Work>();

/** Does this when the process ends. @returns calls it off */
export function atExit(work: Work): () => void {
  if (waiting.size === 0) process.once("exit", end);
  waiting.add(work);
  return () => {
    if (waiting.delete(work) && waiting.size === 0) process.removeListener("exit", end);
  };
}

function end(code: number): void {
  // What is added meanwhile is done as well.
  for (const work of waiting) {
    waiting.delete(work);
    safely("at exit", () => work(code));
  }
}
