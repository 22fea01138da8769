import type { ExitSettings } from "./env.ts";
import type { Say } from "./stderr.ts";
import type { Losses, Told, Unsent } from "./told-exporter.ts";

/** What there is to save. */
export interface Endable extends Partial<Pick<Told, "lost" | "unsent">> {
  /** Sends what is queued, and goes on. */
  flush(): Promise<void>;
  /** Sends what is queued, and takes no more. */
  shutdown(): Promise<void>;
  /** Whether the latest delivery failed. */
  failing(): boolean;
  /** Told that something was left behind, with the reason where it is known. */
  giveUp(error?: unknown): void;
}

export interface ExitPlan extends ExitSettings {
  readonly say: Say;
  /** Whether no export takes longer than the end of a process may: one that is under way keeps the process alive. */
  readonly brief: boolean;
  /** Sends what is left at `exit`, where nothing can be awaited any more. @returns how much of it has arrived */
  readonly sendNow: (unsent: readonly Unsent[]) => Losses;
}
