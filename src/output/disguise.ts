/** Gives a wrapper the name and length of the wrapped function: stack traces and reflection stay the same. */
export function disguise<F extends object>(
  wrapper: F,
  original: { readonly name: string; readonly length: number },
): F {
  Object.defineProperty(wrapper, "name", { value: original.name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: original.length, configurable: true });
  return wrapper;
}
