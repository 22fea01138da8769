/** How long the last telemetry may hold up the end of a process. MCP hosts kill a server 2 s after closing its input. */
const DEADLINE_MS = 1500;

/** For a collector that failed just now: it has had its time, and it held the process up meanwhile. */
const FAILING_DEADLINE_MS = 300;

/** By SIGTERM less: v2 clients kill the process they probed with 1 s after it. */
const SIGNAL_DEADLINE_MS = 800;

const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** What there is to save. */
export interface Endable {
  /** Sends what is queued, and goes on. */
  flush(): Promise<void>;
  /** Sends what is queued, and takes no more. */
  shutdown(): Promise<void>;
  /** Whether the latest delivery failed. */
  failing(): boolean;
  /** Told that something was left behind, with the reason where it is known. */
  giveUp(error?: unknown): void;
}

/**
 * Saves what is queued when the process ends, and lets it end as it would have ended without us: same exit status, same
 * signal, never kept alive beyond the deadline, never ended for an application that handles the signal itself.
 * @param terminating told at once of SIGTERM, by which orchestrators announce the end
 */
export function flushAtExit(sdk: Endable, terminating: () => void): void {
  let ending: Promise<void> | undefined;
  const end = async (deadlineMs: number): Promise<boolean> => {
    ending ??= sdk.shutdown().catch((error: unknown) => sdk.giveUp(error));
    const inTime = await within(deadlineMs, ending);
    if (!inTime) sdk.giveUp();
    return inTime;
  };

  // Before the others, so that those who listen once are still there to be counted.
  process.prependOnceListener("beforeExit", () => {
    const others = process.listenerCount("beforeExit") > 0;
    void end(sdk.failing() ? FAILING_DEADLINE_MS : DEADLINE_MS).then((inTime) => {
      // What holds the process after the deadline is an exporter that retries; unless somebody else goes on working.
      if (!inTime && !others) process.exit();
    });
  });

  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      if (signal === "SIGTERM") terminating();
      // First, because others count listeners as well to find out whether it is up to them (the package signal-exit).
      process.removeListener(signal, onSignal);
      if (process.listenerCount(signal) > 0) {
        // The application's own affair: it may be about to exit, or to reload its settings and go on for weeks.
        void sdk.flush().catch((error: unknown) => sdk.giveUp(error));
        setImmediate(() => process.prependListener(signal, onSignal)).unref();
        return;
      }
      // Our listener took the place of the default action. Raised again without it, the process dies of the very signal.
      void end(SIGNAL_DEADLINE_MS).then(() => process.kill(process.pid, signal));
    };
    process.prependListener(signal, onSignal);
  }
}

/** Whether the work was done in time. Not unref'd: it must fire while an exporter waits for a peer that never answers. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
