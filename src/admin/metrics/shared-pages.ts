import type { Collected } from "./collected.ts";
import { inTime } from "../in-time.ts";
import { renderMetrics, type ExemplarOf } from "./metrics-page.ts";

/** Below the 10 seconds that Prometheus waits: a callback of somebody's instrument may hang, and then the scraper is told. */
const COLLECT_TIMEOUT_MS = 8_000;
/** One that hangs for once must not be the last; a callback that always hangs must not pile them up. */
const MOST_HANGING = 4;

/**
 * Of each second, so much goes into pages, and who asks when it is spent is given the last one, which is of the same second. So a scraper
 * has what is true now, and a thousand scrapers cost the application a tenth of its time.
 */
const WINDOW_MS = 1_000;
const BUDGET_MS = 100;

/** What was collected once, and the pages made of it, of each format one. */
interface Collection {
  readonly collected: Promise<Collected>;
  readonly pages: Map<boolean, Promise<string>>;
  isOver: boolean;
}

/**
 * The page in one format or the other, for all who ask. While one collection is under way no other begins, unless it hangs: each runs
 * every callback of every observable instrument.
 */
export function createSharedPages(
  collect: () => Promise<Collected>,
  exemplarOf: ExemplarOf | undefined,
): (openMetrics: boolean) => Promise<string> {
  let windowBegan = -Infinity;
  let spentMs = 0;
  let last: Collection | undefined;
  /** Their scrapers have given up, and they go on: a collection cannot be stopped. */
  let hanging = 0;

  async function collectAnew(): Promise<Collected> {
    if (hanging >= MOST_HANGING) throw new Error(`${hanging} earlier collections have not ended`);
    hanging += 1;
    try {
      return await collect();
    } finally {
      hanging -= 1;
    }
  }

  function current(): Collection {
    // Before it is asked whether a second is over, so that no page outlives the second it was begun in.
    if (last?.isOver === false) return last;
    const now = performance.now();
    if (now - windowBegan >= WINDOW_MS) {
      windowBegan = now;
      spentMs = 0;
    }
    return last !== undefined && spentMs >= BUDGET_MS ? last : (last = begin(now));
  }

  function begin(now: number): Collection {
    const collection: Collection = {
      collected: inTime(collectAnew, COLLECT_TIMEOUT_MS).finally(() => {
        collection.isOver = true;
        spentMs += performance.now() - now;
      }),
      pages: new Map(),
      isOver: false,
    };
    return collection;
  }

  async function render({ collected }: Collection, openMetrics: boolean): Promise<string> {
    const what = await collected;
    const began = performance.now();
    try {
      return renderMetrics(what, { openMetrics, ...(exemplarOf === undefined ? {} : { exemplarOf }) });
    } finally {
      spentMs += performance.now() - began;
    }
  }

  return (openMetrics) => {
    const collection = current();
    const page = collection.pages.get(openMetrics) ?? render(collection, openMetrics);
    collection.pages.set(openMetrics, page);
    return page;
  };
}
