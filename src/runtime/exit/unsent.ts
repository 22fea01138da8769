import type { ExitSettings } from "../../settings/otel-settings.ts";
import { firstLine } from "../../output/say.ts";
import type { Say } from "../../output/say.ts";
import type { Losses, DeliveryReport, Unsent } from "../delivery/reporting-exporter.ts";

/** What there is to save. */
export interface Endable extends Partial<Pick<DeliveryReport, "lost" | "onTheWay" | "unsent" | "measured">> {
  /** Sends what is queued, and goes on. */
  flush(): Promise<void>;
  /** Sends what is queued, and takes no more. */
  shutdown(): Promise<void>;
  /** Whether the latest delivery failed. */
  failing(): boolean;
  /** Told that something was left behind, with the reason where it is known. */
  giveUp(error?: unknown): void;
}

/** What an SDK reports that may not be there yet. */
export function reportsOf(sdk: () => Omit<Endable, "flush" | "shutdown"> | undefined) {
  return {
    failing: () => sdk()?.failing() ?? false,
    giveUp: (error?: unknown) => sdk()?.giveUp(error),
    lost: () => sdk()?.lost?.() ?? {},
    onTheWay: () => sdk()?.onTheWay?.() ?? {},
    unsent: () => sdk()?.unsent?.() ?? [],
    measured: () => sdk()?.measured?.() ?? [],
  };
}

export interface ExitPlan extends ExitSettings {
  readonly say: Say;
  /** Whether no export takes longer than the end of a process may: one that is under way keeps the process alive. */
  readonly brief: boolean;
  /** Sends what is left at `exit`, where nothing can be awaited any more. @returns how much of it has arrived */
  readonly sendNow: (unsent: readonly Unsent[]) => Losses;
}

/**
 * The same, but nothing of it throws. At the end of a process there is nobody to catch it: an error in a listener for `exit`
 * changes the exit code, one in a listener for a signal is another death than the one that was asked for.
 */
export function neverThrowing(sdk: Endable, say: Say): Required<Endable> {
  let told = false;
  const complain = (error: unknown): void => {
    if (told) return;
    told = true;
    say(`the last telemetry could not be sent: ${firstLine(error)}`);
  };
  const guard = <T>(ask: () => T, otherwise: T): T => {
    try {
      return ask();
    } catch (error) {
      complain(error);
      return otherwise;
    }
  };
  return {
    flush: async () => sdk.flush(),
    shutdown: async () => sdk.shutdown(),
    failing: () => guard(() => sdk.failing(), false),
    giveUp: (error) => guard(() => sdk.giveUp(error), undefined),
    lost: () => guard<Losses>(() => sdk.lost?.() ?? {}, {}),
    onTheWay: () => guard<Losses>(() => sdk.onTheWay?.() ?? {}, {}),
    unsent: () => guard<readonly Unsent[]>(() => sdk.unsent?.() ?? [], []),
    measured: () => guard<readonly Unsent[]>(() => sdk.measured?.() ?? [], []),
  };
}
