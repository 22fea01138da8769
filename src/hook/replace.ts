import { disguise } from "../output/disguise.ts";

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
  Object.defineProperty(holder, name, { ...descriptor, value: disguise(wrap(original), original) });
  return true;
}
