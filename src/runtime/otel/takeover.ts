import type { SdkMode } from "../../settings/otel-settings.ts";
import type { Slot } from "./slots.ts";
import type { Say } from "../../output/diagnostics.ts";

/** What people call the signals; context and propagation are none. */
const NAMES: readonly (readonly [slot: Slot, name: string])[] = [
  ["trace", "traces"],
  ["metrics", "metrics"],
  ["logs", "logs"],
];

/** Who does what, for the start-up line. `ours` is where our own SDK sends things; `undefined` where there is none. */
export function describeShares(taken: ReadonlySet<Slot>, ours: string | undefined): string {
  const theirs = namesOf(taken);
  if (ours === undefined) {
    return theirs.length > 0
      ? "telemetry goes through the OpenTelemetry SDK of this process"
      : "telemetry waits for an OpenTelemetry SDK of the application (OTEL_INSTRUMENTATION_MCP_SDK=join)";
  }
  return theirs.length > 0
    ? `${theirs.join(" and ")} go through the OpenTelemetry SDK of this process; ${ours}`
    : ours;
}

/** Collects what an SDK that came later takes over, which it does in one go, and tells it in one line. */
export function createTakeover(mode: SdkMode, say: Say): { add(slot: Slot): void } {
  const taken = new Set<Slot>();
  return {
    add(slot) {
      // Who asked for an SDK of our own knows that there are two.
      if (mode !== "own" && taken.size === 0) queueMicrotask(tell);
      taken.add(slot);
    },
  };
  function tell(): void {
    const names = namesOf(taken).join(" and ");
    taken.clear();
    if (names === "") return;
    say(
      `an OpenTelemetry SDK has started after ours: from now on ${names} go through that one ` +
        "(OTEL_INSTRUMENTATION_MCP_SDK=join keeps ours from starting, own keeps ours beside it)",
    );
  }
}

function namesOf(slots: ReadonlySet<Slot>): string[] {
  return NAMES.filter(([slot]) => slots.has(slot)).map(([, name]) => name);
}
