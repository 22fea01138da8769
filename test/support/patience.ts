/** How many times slower than two quiet cores a machine may be before a test gives up waiting. */
const TIMES_SLOWER = Number(process.env["PATIENCE"] ?? 4);

/**
 * The time a test waits before it calls something hung, from the time that thing takes on two quiet cores. Every limit in
 * the tests goes through here, so a slow machine needs one variable: `PATIENCE=10 npm test`.
 */
export function patience(quietMs: number): number {
  return quietMs * TIMES_SLOWER;
}
