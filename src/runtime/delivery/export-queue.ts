/** Follows what goes through a batch processor, which itself does not tell what it holds or drops. */
export interface FollowedQueue extends Omit<Following, "following"> {
  readonly follow: Following["following"];
  /** How many items have gone in. */
  made(): number;
  /** These have been delivered, or have not: they are not on their way any more. */
  settle(items: readonly unknown[]): void;
  /** What has gone in and is not settled. */
  unsent(): unknown[];
}

export interface Following {
  /** Follows the items that a processor is given by this method. In place. @returns the processor */
  following<Processor extends object>(processor: Processor, method: MethodOf<Processor>): Processor;
}

type MethodOf<Processor> = Extract<keyof Processor, "onEnd" | "onEmit">;

/**
 * As many as the processors hold by default, with what they have handed out. Of a queue that overflows, which is one
 * that cannot be delivered, the oldest are forgotten.
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

/** Spans that are not sampled end as well, and go nowhere. */
function isSampled(item: unknown): boolean {
  const { spanContext } = item as { spanContext?: unknown };
  if (typeof spanContext !== "function") return true;
  const { traceFlags } = spanContext.call(item) as { traceFlags: number };
  return (traceFlags & 1) === 1;
}
