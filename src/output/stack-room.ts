/**
 * A stack has ten frames, and mcp-otelkit's could fill most of them, so that the application would not find its own
 * place in the code. While its frames are on the stack, the limit is higher by their number.
 * https://v8.dev/docs/stack-trace-api
 */

/** @returns the argument for {@link restoreStacks}; `undefined` where stacks are off or Error is frozen */
export function enlargeStacks(frames: number): number | undefined {
  const limit: unknown = Error.stackTraceLimit;
  if (typeof limit !== "number" || !(limit > 0)) return undefined;
  return Reflect.set(Error, "stackTraceLimit", limit + frames) ? limit : undefined;
}

/** The same function with that room, seen as the function itself: OpenTelemetry's wrappers carry what unwraps them. */
export function withStackRoom<F extends (...args: never[]) => unknown>(wrapped: F, frames: number): F {
  return new Proxy(wrapped, {
    apply(target, self, args) {
      const limit = enlargeStacks(frames);
      try {
        return Reflect.apply(target, self, args) as unknown;
      } finally {
        restoreStacks(limit, frames);
      }
    },
  });
}

/** Unless the application has set another limit meanwhile. */
export function restoreStacks(limit: number | undefined, frames: number): void {
  if (limit !== undefined && Error.stackTraceLimit === limit + frames)
    Reflect.set(Error, "stackTraceLimit", limit);
}
