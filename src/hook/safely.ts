/**
 * Fail open, and say so once: a mistake of ours is reported, the application's call goes through.
 */

type Report = (where: string, error: unknown) => void;

let report: Report = () => undefined;
const reported = new Set<string>();

/** Where faults are told; each place in the code is heard once. */
export function onFault(sink: Report): void {
  report = sink;
}

/** Runs code of ours that must never disturb; `undefined` if it fails. */
export function safely<T>(where: string, ours: () => T): T | undefined {
  try {
    return ours();
  } catch (error) {
    fault(where, error);
    return undefined;
  }
}

/**
 * Runs the application's `theirs` inside `around` of ours. Whatever `around` does, `theirs` runs exactly once, and its
 * result or its error is the result.
 */
export function surround<T>(where: string, around: (fn: () => T) => T, theirs: () => T): T {
  let state: { readonly done: false } | { readonly done: true; readonly result: T } | { readonly error: unknown } | undefined;
  const tracked = (): T => {
    state = { done: false };
    try {
      const result = theirs();
      state = { done: true, result };
      return result;
    } catch (error) {
      state = { error };
      throw error;
    }
  };
  try {
    const result = around(tracked);
    if (state !== undefined) return result;
    fault(where, new Error("the application's function was not called"));
  } catch (error) {
    if (state !== undefined && "error" in state) throw state.error;
    fault(where, error);
    if (state !== undefined && state.done) return state.result;
  }
  return theirs();
}

function fault(where: string, error: unknown): void {
  if (reported.has(where)) return;
  reported.add(where);
  try {
    report(where, error);
  } catch {
    // The sink is ours too, and there is nobody left to tell.
  }
}
