import { isMainThread } from "node:worker_threads";
import { endEverything } from "../../wiring.ts";
import type { Endable, ExitPlan } from "./unsent.ts";
import type { SignalName } from "../../settings/otel-settings.ts";
import { flushOnExit, isFlushOnExitWanted as isWanted } from "./flush-request.ts";
import { firstLine } from "../../output/say.ts";
import type { Losses } from "../delivery/reporting-exporter.ts";

/** What is said and done when nothing can be awaited any more. */
export interface LastWords {
  /** The queues have been emptied in the usual way, as far as that was possible. */
  nothingLeft(): void;
  /** Tells what was lost, once. */
  say(): void;
}

/** @param sdk one that never throws: there is nobody left to catch it */
export function lastWords(sdk: Required<Endable>, plan: ExitPlan): LastWords {
  let emptied = false;
  let crashed = false;
  let said = false;
  let tried = false;
  let saved: Losses = {};
  if (plan.flushOnExit) flushOnExit();

  const say = (): void => {
    if (said) return;
    said = true;
    const { lost, unconfirmed } = describeLosses(sdk.lost(), saved, sdk.onTheWay());
    if (unconfirmed !== "") plan.say(`sent, and not confirmed before the process ended: ${unconfirmed}`);
    if (lost === "") return;
    // Nothing has arrived: the endpoint is what has to be looked at.
    if (tried && Object.keys(saved).length === 0) sdk.giveUp();
    const advice = emptied || crashed || sdk.failing() ? undefined : adviceFor(isMainThread, isWanted());
    const why = advice === undefined ? "" : `; ${advice}`;
    plan.say(`lost: ${lost}${why}`);
  };

  // Only looks: with a listener of ours for `uncaughtException` itself, the process would live on.
  process.on("uncaughtExceptionMonitor", () => {
    crashed = true;
    // A process that has another turn has survived it; what ends that one later is no crash.
    setImmediate(() => (crashed = false)).unref();
  });
  process.once("exit", (code) => {
    const save = isWanted() || (crashed && code !== 0);
    // What has failed just now would fail again, and hold up the end for it.
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

/** What helps against what `process.exit()` costs. In a worker thread nothing makes it wait. */
function adviceFor(mainThread: boolean, wanted: boolean): string | undefined {
  if (!mainThread) return "process.exit() waits for nobody: await flushTelemetry() before";
  if (wanted) return undefined;
  return "OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT=off, so process.exit() waits for nothing: await flushTelemetry() before";
}

const UNITS: Readonly<Record<SignalName, readonly [one: string, several: string]>> = {
  TRACES: ["span", "spans"],
  LOGS: ["log record", "log records"],
  METRICS: ["metric export", "metric exports"],
};

/** What has been sent and not been answered may well have arrived: that is no loss, and nobody knows better. */
function describeLosses(lost: Losses, saved: Losses, onTheWay: Losses) {
  const counts = (Object.keys(UNITS) as SignalName[]).map((signal) => {
    const left = Math.max(0, (lost[signal] ?? 0) - (saved[signal] ?? 0));
    const unconfirmed = Math.min(left, onTheWay[signal] ?? 0);
    return { signal, lost: left - unconfirmed, unconfirmed };
  });
  const list = (key: "lost" | "unconfirmed"): string =>
    counts
      .filter((count) => count[key] > 0)
      .map(({ signal, [key]: count }) => `${count} ${UNITS[signal][count === 1 ? 0 : 1]}`)
      .join(", ");
  return { lost: list("lost"), unconfirmed: list("unconfirmed") };
}
