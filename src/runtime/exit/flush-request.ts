/**
 * The functions that an application calls before it exits. On the global object, for every copy of this package: an
 * application may have its own copy, while the preload has the telemetry.
 */
const FLUSH = Symbol.for("mcp-otelkit.flush.1");
const FLUSH_ON_EXIT = Symbol.for("mcp-otelkit.flush-on-exit.1");

const globals = globalThis as {
  [FLUSH]?: (() => Promise<void>) | undefined;
  [FLUSH_ON_EXIT]?: boolean;
};

/**
 * Sends what has been recorded by now, and resolves when it has arrived or could not be delivered. For an application
 * that is about to call `process.exit()`, which does not wait.
 *
 * ```ts
 * await flushTelemetry();
 * process.exit(0);
 * ```
 *
 * Does nothing where the preload has set up no telemetry.
 */
export async function flushTelemetry(): Promise<void> {
  await globals[FLUSH]?.();
}

/**
 * Makes `process.exit()` wait until the spans, log records and metrics of this process are sent, for at most a second; the same as
 * `OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT=on`, which is the default. Of metrics it sends what needs no asynchronous callback.
 */
export function flushOnExit(): void {
  globals[FLUSH_ON_EXIT] = true;
}

export function isFlushOnExitWanted(): boolean {
  return globals[FLUSH_ON_EXIT] === true;
}

/** Sets the function that flushes. */
export function provideFlush(flush: () => Promise<void>): void {
  globals[FLUSH] = flush;
}
