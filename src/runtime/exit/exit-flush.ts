import { isMainThread } from "node:worker_threads";
import { endEverything } from "../../wiring.ts";
import type { Endable, ExitPlan, SentAtExit } from "./unsent.ts";
import type { SignalName } from "../../settings/otel-settings.ts";
import { flushOnExit, isFlushOnExitWanted as isWanted } from "./flush-request.ts";
import { firstLine } from "../../output/say.ts";
import type { Losses } from "../delivery/reporting-exporter.ts";

/** What is reported and sent when nothing can be awaited any more. */
export interface LastWords {
  /** The queues have been flushed in the usual way, as far as that was possible. */
  nothingLeft(): void;
  /** Reports what was lost, once. */
  say(): void;
}

/** @param sdk one that never throws: nothing could catch it here */
export function lastWords(sdk: Required<Endable>, plan: ExitPlan): LastWords {
  let emptied = false;
  let crashed = false;
  let said = false;
  let tried = false;
  let saved: SentAtExit = { arrived: {}, sent: {} };
  if (plan.flushOnExit) flushOnExit();

  const say = (): void => {
    if (said) return;
    said = true;
    const { lost, unconfirmed } = describeLosses(sdk.lost(), saved, sdk.onTheWay());
    if (unconfirmed !== "") plan.say(`not confirmed before the process ended: ${unconfirmed}`);
    if (lost === "") return;
    // Nothing has arrived: the endpoint is the setting to check.
    if (tried && Object.keys({ ...saved.arrived, ...saved.sent }).length === 0) sdk.giveUp();
    const advice = emptied || crashed || sdk.failing() ? undefined : adviceFor(isMainThread, isWanted());
    const why = advice === undefined ? "" : `; ${advice}`;
    plan.say(`lost: ${lost}${why}`);
  };

  // Only observes: with a listener for `uncaughtException` itself, the process would continue.
  process.on("uncaughtExceptionMonitor", () => {
    crashed = true;
    // A process that reaches another turn has survived the error; its later end is not a crash.
    setImmediate(() => (crashed = false)).unref();
  });
  process.once("exit", (code) => {
    const save = isWanted() || (crashed && code !== 0);
    // A delivery that has just failed would fail again and delay the end.
    if (save && !emptied && !sdk.failing() && isMainThread) {
      try {
        tried = true;
        endEverything();
        saved = plan.sendNow([...sdk.unsent(), ...sdk.measured()]);
      } catch (error) {
        sdk.giveUp(error);
        plan.say(`the last telemetry could not be sent: ${firstLine(error)}`);
      }
    }
    say();
  });

  return {
    nothingLeft() {
      emptied = true;
    },
    say,
  };
}

/** How to avoid the losses of `process.exit()`. In a worker thread nothing makes it wait. */
function adviceFor(mainThread: boolean, wanted: boolean): string | undefined {
  if (!mainThread) return "process.exit() does not wait in a worker thread: await flushTelemetry() before";
  if (wanted) return undefined;
  return "OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT=off, so process.exit() waits for nothing: await flushTelemetry() before";
}

const UNITS: Readonly<Record<SignalName, readonly [one: string, several: string]>> = {
  TRACES: ["span", "spans"],
  LOGS: ["log record", "log records"],
  METRICS: ["metric export", "metric exports"],
};

/** Data that was sent and not answered may have arrived, so it does not count as lost. */
function describeLosses(lost: Losses, { arrived, sent }: SentAtExit, onTheWay: Losses) {
  const counts = (Object.keys(UNITS) as SignalName[]).map((signal) => {
    const left = Math.max(0, (lost[signal] ?? 0) - (arrived[signal] ?? 0));
    const unconfirmed = Math.min(left, Math.max(onTheWay[signal] ?? 0, sent[signal] ?? 0));
    return { signal, lost: left - unconfirmed, unconfirmed };
  });
  const list = (key: "lost" | "unconfirmed"): string =>
    counts
      .filter((count) => count[key] > 0)
      .map(({ signal, [key]: count }) => `${count} ${UNITS[signal][count === 1 ? 0 : 1]}`)
      .join(", ");
  return { lost: list("lost"), unconfirmed: list("unconfirmed") };
}
