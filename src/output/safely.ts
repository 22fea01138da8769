/** Fails open: if mcp-otelkit fails, it prints one line on stderr, and the application's call continues. */

type Report = (where: string, error: unknown) => void;

let report: Report = () => undefined;
const reported = new Set<string>();

/** Sets where faults are reported; each place in the code is reported once. */
export function onFault(sink: Report): void {
  report = sink;
}

/** Runs code of mcp-otelkit that must not disturb the application; `undefined` if it fails. */
export function safely<T>(where: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    fault(where, error);
    return undefined;
  }
}

/**
 * Runs the application's `call` inside mcp-otelkit's `around`. Whatever `around` does, `call` runs exactly once,
 * and its result or error is the result.
 */
export function surround<T>(where: string, around: (fn: () => T) => T, call: () => T): T {
  let ran: Ran<T> | undefined;
  try {
    around(() => {
      ran ??= attempt(call);
      return resultOf(ran);
    });
    if (ran === undefined) fault(where, new Error("the application's function was not called"));
  } catch (error) {
    const theirOwn = ran !== undefined && "error" in ran && ran.error === error;
    if (!theirOwn) fault(where, error);
  }
  return resultOf(ran ?? attempt(call));
}

/** How a call ended, to return or throw it again. */
type Ran<T> = { readonly result: T } | { readonly error: unknown };

function attempt<T>(fn: () => T): Ran<T> {
  try {
    return { result: fn() };
  } catch (error) {
    return { error };
  }
}

function resultOf<T>(ran: Ran<T>): T {
  if ("error" in ran) throw ran.error;
  return ran.result;
}

function fault(where: string, error: unknown): void {
  if (reported.has(where)) return;
  reported.add(where);
  try {
    report(where, error);
  } catch {
    // The sink belongs to mcp-otelkit too, and there is nowhere else to report to.
  }
}
