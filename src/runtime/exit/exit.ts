import { countRunning, endEverything, onPeerGone, servesStdio } from "../../wiring.ts";
import { provideFlush } from "./flush-request.ts";
import { startDrain } from "./drain.ts";
import { flushTheirs, hasTheirs, watchTheirs } from "./flush-theirs.ts";
import { neverThrowing, type Endable, type ExitPlan } from "./unsent.ts";
import { lastWords } from "./exit-flush.ts";

/** The longest delay of the process's end for the last telemetry. MCP hosts kill a server 2 s after closing its input. */
const DEADLINE_MS = 1500;

/** For a collector that has just failed: it has already used its time and delayed the process. */
const FAILING_DEADLINE_MS = 300;

/** For quick work: below this, an attempt is pointless. */
const SHORTEST_MS = 50;

/** Shorter after SIGTERM over stdio: v2 clients kill the process they probed with 1 s after it. */
const STDIO_DEADLINE_MS = 800;

const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/**
 * The kernel does not apply the default action of a signal to the first process of a container: without a listener,
 * nothing happens, also for signals that the process raises itself. So there the data is only saved, and the process
 * is not ended. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
const LIVES_ON = process.pid === 1;

/** Work other than the flush of mcp-otelkit has kept the process alive, if it has been busy for this long since. */
const BUSY_MS = 250;

/** How often at most a process may continue to work after it had nothing left to do. */
const MOST_ROUNDS = 32;

/**
 * Saves queued data when the process ends, and lets it end as it would without mcp-otelkit: same exit status, same
 * signal, never kept alive beyond the deadline, never ended for an application that handles the signal itself.
 * @param terminating called at once on SIGTERM, by which orchestrators announce the end
 */
export function flushAtExit(telemetry: Endable, terminating: () => void, plan: ExitPlan): void {
  const sdk = neverThrowing(telemetry, plan.say);
  const words = lastWords(sdk, plan);
  let ending: Promise<void> | undefined;
  let flushing: Promise<void> | undefined;
  let signAt = -Infinity;

  const flush = (): Promise<void> =>
    (flushing ??= (ending ?? sdk.flush())
      .catch((error: unknown) => sdk.giveUp(error))
      .finally(() => (flushing = undefined)));
  /**
   * @param alone no other code listens for the end: where other code does, it saves or loses the data of the
   *   application's SDK
   */
  const end = async (deadlineMs: number, alone: boolean): Promise<boolean> => {
    ending ??= Promise.all([endAll(sdk), alone && flushTheirs()]).then(() => undefined);
    const most = sdk.failing() ? FAILING_DEADLINE_MS : DEADLINE_MS;
    const inTime = await within(Math.min(most, deadlineMs), ending);
    if (!inTime) sdk.giveUp();
    words.nothingLeft();
    return inTime;
  };
  provideFlush(async () => {
    await within(DEADLINE_MS, Promise.all([flush(), flushTheirs()]));
  });
  watchTheirs();

  // The earliest sign: the process may have work left, or a host that kills it before it ends by itself.
  onPeerGone(() => {
    if (!plan.brief) return;
    signAt = performance.now();
    void flush();
  });
  // One deadline from the earliest sign on, where only an export that has run since then keeps the process alive.
  const leftOf = (deadlineMs: number): number => {
    const ago = performance.now() - signAt;
    const held = (sdk.failing() || flushing !== undefined) && ago < 2 * deadlineMs;
    return held ? Math.max(SHORTEST_MS, deadlineMs - ago) : deadlineMs;
  };

  // Where other code listens, it may start more work: what is sent then is not the last.
  const news = newsOf(sdk);
  let rounds = 0;
  let flushedAt = Infinity;
  let late = false;
  const hopeless = (): boolean => late || sdk.failing();
  const goesOn = (): boolean => {
    if (rounds === 0) return true;
    return rounds < MOST_ROUNDS && (news() || (!hopeless() && performance.now() - flushedAt > BUSY_MS));
  };
  const flushAndGoOn = async (): Promise<void> => {
    rounds += 1;
    const joined = flushing !== undefined;
    const deadline = Math.min(sdk.failing() ? FAILING_DEADLINE_MS : DEADLINE_MS, leftOf(DEADLINE_MS));
    // Data that these listeners record at once is sent along and does not count as new: the flush makes Node call
    // them again, and so on for ever.
    news();
    late = !(await within(deadline, joined ? flush().then(flush) : flush()));
    if (late) sdk.giveUp();
    flushedAt = performance.now();
  };
  const onIdle = (): void => {
    const others = process.listenerCount("beforeExit") > 0;
    if (others && goesOn()) {
      process.prependOnceListener("beforeExit", onIdle);
      setImmediate(() => void flushAndGoOn()); // after them
    } else if (others && hopeless()) {
      words.nothingLeft();
    } else {
      const since = performance.now();
      void end(leftOf(DEADLINE_MS), !others).then((inTime) => {
        // After the deadline, only an exporter that retries keeps the process alive, unless other code continues to
        // work.
        if (!inTime && !others) process.exit();
        // The application had nothing left to do: its SDK works only because of the flush, and gets the same time.
        const left = Math.max(SHORTEST_MS, DEADLINE_MS - (performance.now() - since));
        if (!others && hasTheirs()) setTimeout(() => process.exit(), left).unref();
      });
    }
  };
  // Before the other listeners, so that those registered with `once` are still there to be counted.
  process.prependOnceListener("beforeExit", onIdle);

  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      if (signal === "SIGTERM") {
        const count = countRunning();
        terminating();
        plan.say(`SIGTERM: ${count} ${count === 1 ? "operation is" : "operations are"} running`);
      }
      // First, because others also count listeners to decide whether to end the process (the package signal-exit).
      process.removeListener(signal, onSignal);
      if (process.listenerCount(signal) > 0) {
        // The application decides: it may be about to exit, or reload its settings and continue for weeks.
        void flush();
        setImmediate(() => process.prependListener(signal, onSignal)).unref();
        return;
      }
      // This listener replaced the default action. It is removed and the signal raised again, so that the process
      // ends by that signal.
      const drained = signal === "SIGTERM" ? drain() : undefined;
      const deadline = signal === "SIGTERM" && servesStdio() ? STDIO_DEADLINE_MS : DEADLINE_MS;
      void Promise.resolve(drained)
        .then(() =>
          LIVES_ON ? within(deadline, Promise.all([flush(), flushTheirs()])) : end(deadline, true),
        )
        .finally(() => {
          if (!LIVES_ON) words.say();
          process.kill(process.pid, signal);
          // A process that gets here is alive, and its further data is recorded.
          setImmediate(() => process.prependListener(signal, onSignal)).unref();
        });
    };
    process.prependListener(signal, onSignal);
  }

  function drain(): Promise<void> | undefined {
    if (plan.drainMs === 0 || countRunning() === 0) return undefined;
    void flush();
    return startDrain(countRunning, plan.drainMs);
  }
}

/** @returns a function: whether undelivered data has been recorded since its last call */
function newsOf(sdk: Required<Endable>): () => boolean {
  const seen = new WeakSet();
  return () => {
    const fresh = sdk
      .unsent()
      .flatMap(({ items }) => items as readonly object[])
      .filter((item) => !seen.has(item));
    for (const item of fresh) seen.add(item);
    return fresh.length > 0;
  };
}

/** Open operations belong to the saved data, so they end first. */
async function endAll(sdk: Endable): Promise<void> {
  try {
    endEverything();
    await sdk.shutdown();
  } catch (error) {
    sdk.giveUp(error);
  }
}

/** Whether the work was done in time. Not unref'd: it must fire while an exporter waits for a peer that never answers. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
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
