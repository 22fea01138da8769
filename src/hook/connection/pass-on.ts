import { safely } from "../../output/safely.ts";

/**
 * Reports how a promise ends and passes the result on.
 *
 * A separate `then` would count as handling the rejection, and a program that ends on an unhandled rejection would
 * continue. See docs/decisions/0003-pass-the-promise-on.md.
 */
export function passOn(
  result: unknown,
  settled: (failure: { readonly error: unknown } | undefined) => void,
): unknown {
  if (!(result instanceof Promise)) {
    safely("settle", () => settled(undefined));
    return result;
  }
  return result.then(
    (value: unknown) => {
      safely("settle", () => settled(undefined));
      return value;
    },
    (error: unknown) => {
      safely("settle", () => settled({ error }));
      throw error;
    },
  );
}
