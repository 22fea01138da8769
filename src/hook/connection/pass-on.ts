import { safely } from "../../output/safely.ts";

/**
 * Hears how a promise ends and passes it on.
 *
 * Not by a `then` aside: that would count as handling the rejection, and a program that today dies of an unhandled
 * rejection would live on. See docs/decisions/0003-pass-the-promise-on.md.
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
