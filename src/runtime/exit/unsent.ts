import type { ExitSettings } from "../../settings/otel-settings.ts";
import { firstLine } from "../../output/say.ts";
import type { Say } from "../../output/say.ts";
import type { Losses, DeliveryReport, Unsent } from "../delivery/reporting-exporter.ts";

/** The source of data to save. */
export interface Endable extends Partial<Pick<DeliveryReport, "lost" | "onTheWay" | "unsent" | "measured">> {
  /** Sends what is queued, and stays active. */
  flush(): Promise<void>;
  /** Sends what is queued, and accepts no more. */
  shutdown(): Promise<void>;
  /** Whether the latest delivery failed. */
  failing(): boolean;
  /** Called when data was left behind, with the reason where it is known. */
  giveUp(error?: unknown): void;
}

/** The reports of an SDK that may not exist yet. */
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

/** What became of what was sent at `exit`: answered, and sent without an answer in time. */
export interface SentAtExit {
  readonly arrived: Losses;
  readonly sent: Losses;
}

export interface ExitPlan extends ExitSettings {
  readonly say: Say;
  /** Whether no export takes longer than the end of a process may: a running export keeps the process alive. */
  readonly brief: boolean;
  /**
   * Sends what is left at `exit`, where nothing can be awaited any more.
   */
  readonly sendNow: (unsent: readonly Unsent[]) => SentAtExit;
}

/**
 * The same, but nothing throws. At the end of a process nothing catches an error: in a listener for `exit` it changes
 * the exit code, in a listener for a signal it ends the process in another way than the signal.
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
