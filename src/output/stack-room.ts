/**
 * A stack has ten frames, of which ours would be most: an application that looks for the place in its code would not find it. So there is
 * room for as many more while ours are on the stack. https://v8.dev/docs/stack-trace-api
 */

/** @returns what to give to {@link restoreStacks} afterwards; `undefined` where stacks are off or Error is frozen */
export function enlargeStacks(frames: number): number | undefined {
  const limit: unknown = Error.stackTraceLimit;
  if (typeof limit !== "number" || !(limit > 0)) return undefined;
  return Reflect.set(Error, "stackTraceLimit", limit + frames) ? limit : undefined;
}

/** Unless the application has set another limit meanwhile. */
export function restoreStacks(limit: number | undefined, frames: number): void {
  if (limit !== undefined && Error.stackTraceLimit === limit + frames)
    Reflect.set(Error, "stackTraceLimit", limit);
}
