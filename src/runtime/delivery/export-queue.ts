/** Follows the items of a batch processor, which does not report what it holds or drops. */
export interface FollowedQueue extends Omit<Following, "following"> {
  readonly follow: Following["following"];
  /** How many items have been added. */
  made(): number;
  /** These items have been delivered or have failed: they are no longer waiting. */
  settle(items: readonly unknown[]): void;
  /** Items that were added and are not settled. */
  unsent(): unknown[];
}

export interface Following {
  /**
   * Follows the items that a processor gets by this method. In place.
   * @returns the processor
   */
  following<Processor extends object>(processor: Processor, method: MethodOf<Processor>): Processor;
}

type MethodOf<Processor> = Extract<keyof Processor, "onEnd" | "onEmit">;

/**
 * As many as the processors hold by default, including the batches they are exporting. When the queue overflows,
 * because deliveries fail, the oldest items are forgotten.
 */
const KEPT = 2048 + 4 * 512;

export function createFollowedQueue(): FollowedQueue {
  const held = new Set<unknown>();
  let made = 0;

  return {
    made: () => made,
    settle(items) {
      for (const item of items) held.delete(item);
    },
    unsent: () => [...held],
    follow(processor, method) {
      const methods = processor as unknown as Record<string, (...args: unknown[]) => void>;
      const original = methods[method];
      methods[method] = (item, ...rest) => {
        if (isSampled(item)) {
          made += 1;
          held.add(item);
          if (held.size > KEPT) held.delete(held.values().next().value);
        }
        original?.call(processor, item, ...rest);
      };
      return processor;
    },
  };
}

/** Spans that are not sampled end as well, and are not exported. */
function isSampled(item: unknown): boolean {
  const { spanContext } = item as { spanContext?: unknown };
  if (typeof spanContext !== "function") return true;
  const { traceFlags } = spanContext.call(item) as { traceFlags: number };
  return (traceFlags & 1) === 1;
}
