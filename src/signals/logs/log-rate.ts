/** How many log entries a peer can cause: a token bucket for each connection, and one for all of them. */

/** The limit of all connections together, as a multiple of one connection's. */
const ALL = 10;
/** The burst size, in seconds' worth of entries. */
const BURST = 2;
/** How long losses are collected before they are reported. */
const REPORT_MS = 1000;

interface Bucket {
  tokens: number;
  at: number;
}

export interface LogRate {
  /**
   * Whether one more entry may be logged.
   * @param owner the connection that caused it; entries without one share a bucket
   */
  admits(owner: object | undefined): boolean;
}

/**
 * @param perSecond of one connection
 * @param suppressed called for each entry that is left out
 * @param report called with their number, once a second at most
 */
export function createLogRate(
  perSecond: () => number,
  suppressed: () => void,
  report: (count: number) => void,
): LogRate {
  const buckets = new WeakMap<object, Bucket>();
  const unowned = {};
  const all = {};
  let left = 0;

  function bucketOf(owner: object, rate: number): Bucket {
    const now = performance.now();
    const most = Math.max(1, rate * BURST);
    let bucket = buckets.get(owner);
    if (bucket === undefined) buckets.set(owner, (bucket = { tokens: most, at: now }));
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
    return bucket;
  }

  function leaveOut(): false {
    suppressed();
    if (left++ > 0) return false;
    setTimeout(() => {
      const count = left;
      left = 0;
      report(count);
    }, REPORT_MS).unref();
    return false;
  }

  return {
    admits(owner = unowned) {
      const rate = perSecond();
      const theirs = bucketOf(owner, rate);
      const shared = bucketOf(all, rate * ALL);
      if (theirs.tokens < 1 || shared.tokens < 1) return leaveOut();
      theirs.tokens -= 1;
      shared.tokens -= 1;
      return true;
    },
  };
}
