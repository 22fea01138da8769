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

/** Gives a wrapper the name and length of what it wraps: stack traces and reflection stay as they were. */
export function disguise<F extends object>(
  wrapper: F,
  original: { readonly name: string; readonly length: number },
): F {
  Object.defineProperty(wrapper, "name", { value: original.name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: original.length, configurable: true });
  return wrapper;
}
