import { countRunning, endEverything, onPeerGone, servesStdio } from "../../wiring.ts";
import { provideFlush } from "./flush-request.ts";
import { startDrain } from "./drain.ts";
import { flushTheirs, hasTheirs, watchTheirs } from "./flush-theirs.ts";
import { neverThrowing, type Endable, type ExitPlan } from "./unsent.ts";
import { lastWords } from "./exit-flush.ts";

/** How long the last telemetry may hold up the end of a process. MCP hosts kill a server 2 s after closing its input. */
const DEADLINE_MS = 1500;

/** For a collector that failed just now: it has had its time, and it held the process up meanwhile. */
const FAILING_DEADLINE_MS = 300;

/** For what is quick: with less than this there is no point in trying. */
const SHORTEST_MS = 50;

/** By SIGTERM over stdio less: v2 clients kill the process they probed with 1 s after it. */
const STDIO_DEADLINE_MS = 800;

const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/**
 * The kernel keeps from the first process of a container what it has no listener for, and what it raises itself: without an init, the
 * default action of a signal is none. So nothing is ended there, only saved. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
const LIVES_ON = process.pid === 1;

/** Other work than our own flush has held the process, where it has been busy for so long since. */
const BUSY_MS = 250;

/** How often at most a process is found to have worked on, after it had come to its end. */
const MOST_ROUNDS = 32;

/**
 * Saves what is queued when the process ends, and lets it end as it would have ended without us: same exit status, same
 * signal, never kept alive beyond the deadline, never ended for an application that handles the signal itself.
 * @param terminating told at once of SIGTERM, by which orchestrators announce the end
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
  /** @param alone nobody else listens for the end: where somebody does, what the application's SDK has is saved there, or is not */
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

  // The earliest sign: the process may have work left, or a host that kills it before it has come to its own end.
  onPeerGone(() => {
    if (!plan.brief) return;
    signAt = performance.now();
    void flush();
  });
  // One deadline from the earliest sign on, where an export that is under way since then is all that held the process.
  const leftOf = (deadlineMs: number): number => {
    const ago = performance.now() - signAt;
    const held = (sdk.failing() || flushing !== undefined) && ago < 2 * deadlineMs;
    return held ? Math.max(SHORTEST_MS, deadlineMs - ago) : deadlineMs;
  };

  // Where others listen they may find more work for the process: what is sent then is not the last.
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
    // What they record at once is sent along, and is no news: our flush makes Node ask them again, and so on for ever.
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
        // What holds the process after the deadline is an exporter that retries; unless somebody else goes on working.
        if (!inTime && !others) process.exit();
        // The application had nothing left to do: what its SDK does now it does because it was flushed, and has as much time.
        const left = Math.max(SHORTEST_MS, DEADLINE_MS - (performance.now() - since));
        if (!others && hasTheirs()) setTimeout(() => process.exit(), left).unref();
      });
    }
  };
  // Before the others, so that those who listen once are still there to be counted.
  process.prependOnceListener("beforeExit", onIdle);

  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      if (signal === "SIGTERM") {
        const count = countRunning();
        terminating();
        plan.say(`SIGTERM: ${count} ${count === 1 ? "operation is" : "operations are"} running`);
      }
      // First, because others count listeners as well to find out whether it is up to them (the package signal-exit).
      process.removeListener(signal, onSignal);
      if (process.listenerCount(signal) > 0) {
        // The application's own affair: it may be about to exit, or to reload its settings and go on for weeks.
        void flush();
        setImmediate(() => process.prependListener(signal, onSignal)).unref();
        return;
      }
      // Our listener took the place of the default action. Raised again without it, the process dies of the very signal.
      const drained = signal === "SIGTERM" ? drain() : undefined;
      const deadline = signal === "SIGTERM" && servesStdio() ? STDIO_DEADLINE_MS : DEADLINE_MS;
      void Promise.resolve(drained)
        .then(() =>
          LIVES_ON ? within(deadline, Promise.all([flush(), flushTheirs()])) : end(deadline, true),
        )
        .finally(() => {
          if (!LIVES_ON) words.say();
          process.kill(process.pid, signal);
          // Whoever comes by here is alive, and what it does from now on is recorded.
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

/** @returns asks whether something has been recorded since it was asked before, as far as it is not yet delivered */
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

/** What is open belongs to what is saved, so it ends first. */
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
