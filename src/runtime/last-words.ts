import { isMainThread } from "node:worker_threads";
import { endEverything } from "../wiring.ts";
import type { Endable, ExitPlan } from "./endable.ts";
import type { SignalName } from "./env.ts";
import { firstLine } from "./packages.ts";
import type { Losses } from "./told-exporter.ts";

let wanted = false;

/**
 * Has `process.exit()` wait until the spans and log records of this process are sent, for at most a second; the same as
 * `OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT=on`. Metrics cannot be collected at that moment: await {@link flushTelemetry}
 * before, where they matter.
 */
export function flushOnExit(): void {
  wanted = true;
}

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
  let saved: Losses = {};
  if (plan.flushOnExit) flushOnExit();

  const say = (): void => {
    if (said) return;
    said = true;
    const lines = describeLosses(sdk.lost(), saved);
    if (lines === "") return;
    // Nothing is wrong with the collector then, and there is something that can be done.
    const why = emptied || sdk.failing() || wanted ? "" : `; ${ADVICE}`;
    plan.say(`lost: ${lines}${why}`);
  };

  // Only looks: with a listener of ours for `uncaughtException` itself, the process would live on.
  process.on("uncaughtExceptionMonitor", () => {
    crashed = true;
  });
  process.once("exit", (code) => {
    const save = wanted || (crashed && code !== 0);
    // What has failed just now would fail again, and hold up the end for it.
    if (save && !emptied && !sdk.failing() && isMainThread) {
      try {
        endEverything();
        saved = plan.sendNow(sdk.unsent());
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

const ADVICE =
  "process.exit() waits for nobody: OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT=on makes it, or await flushTelemetry() before";

const UNITS: Readonly<Record<SignalName, readonly [one: string, several: string]>> = {
  TRACES: ["span", "spans"],
  LOGS: ["log record", "log records"],
  METRICS: ["metric export", "metric exports"],
};

function describeLosses(lost: Losses, saved: Losses): string {
  return (Object.keys(UNITS) as SignalName[])
    .map((signal) => {
      const count = (lost[signal] ?? 0) - (saved[signal] ?? 0);
      return count <= 0 ? "" : `${count} ${UNITS[signal][count === 1 ? 0 : 1]}`;
    })
    .filter((text) => text !== "")
    .join(", ");
}
