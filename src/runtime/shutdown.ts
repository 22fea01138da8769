/** How long the last telemetry may hold up the end of a process. MCP hosts kill a server 2 s after closing its input. */
const DEADLINE_MS = 1500;

/** By SIGTERM less: v2 clients kill the process they probed with 1 s after it. */
const SIGNAL_DEADLINE_MS = 800;

const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/**
 * Saves what is queued when the process ends, and lets it end as it would have ended without us: same exit status, same
 * signal, never kept alive beyond the deadline, never ended for an application that handles the signal itself.
 */
export function flushAtExit(shutdown: () => Promise<void>): void {
  let flushing: Promise<void> | undefined;
  const flush = (deadlineMs: number): Promise<void> => {
    // Failures have been told by the exporter.
    flushing ??= shutdown().catch(() => undefined);
    return Promise.race([flushing, deadline(deadlineMs)]);
  };

  process.once("beforeExit", () => {
    // What still holds the process after the deadline is an exporter that retries; unless somebody else goes on working.
    void flush(DEADLINE_MS).then(() => {
      if (process.listenerCount("beforeExit") === 0) process.exit();
    });
  });

  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      process.removeListener(signal, onSignal);
      const alone = process.listenerCount(signal) === 0;
      // Our listener took the place of the default action. Raised again without it, the process dies of the very signal.
      void flush(SIGNAL_DEADLINE_MS).then(() => alone && process.kill(process.pid, signal));
    };
    process.prependListener(signal, onSignal);
  }
}

/** Not unref'd: it must fire while an exporter waits for a peer that never answers, and it is short. */
function deadline(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
