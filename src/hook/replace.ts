import { disguise } from "../output/disguise.ts";
import { enlargeStacks, restoreStacks } from "../output/stack-room.ts";

/** What our functions add to a stack between the application's and the SDK's. */
const FRAMES = 6;

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Replaces a method by what `wrap` makes of it, looking the same from outside: property flags, name and length.
 * @returns false where there is no such method to replace
 */
export function replaceMethod(
  holder: object,
  name: string,
  wrap: (original: AnyFunction) => AnyFunction,
): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  if (typeof descriptor?.value !== "function" || descriptor.configurable === false) return false;
  const original = descriptor.value as AnyFunction;
  const wrapped = wrap(original);
  const replaced: AnyFunction = function (...args) {
    const limit = enlargeStacks(FRAMES);
    try {
      return wrapped.apply(this, args);
    } finally {
      restoreStacks(limit, FRAMES);
    }
  };
  Object.defineProperty(holder, name, { ...descriptor, value: disguise(replaced, original) });
  return true;
}
