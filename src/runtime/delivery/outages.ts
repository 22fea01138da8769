/** What has been reported about an unreachable collector: all signals that go there share one report. */
export interface Outages {
  /**
   * A delivery of this signal has failed.
   * @returns whether to report that
   */
  begins(signal: string): boolean;
  /**
   * A delivery of this signal has succeeded again.
   * @returns whether to report that
   */
  over(signal: string): boolean;
}

/** A collector that comes and goes would otherwise fill the application's log. */
const SILENCE_MS = 10 * 60_000;

const known = new Map<string, Outages>();

/** @param endpoint as it is reported; the signals' own paths on one host are one collector */
export function outagesOf(endpoint: string): Outages {
  const host = /^(?:\w+:\/\/)?([^/\s]+)/.exec(endpoint)?.[1] ?? endpoint;
  const outages = known.get(host) ?? createOutages();
  known.set(host, outages);
  return outages;
}

function createOutages(): Outages {
  let toldBy: string | undefined;
  let toldAt = -Infinity;
  return {
    begins(signal) {
      if (toldBy !== undefined || performance.now() - toldAt < SILENCE_MS) return false;
      toldBy = signal;
      toldAt = performance.now();
      return true;
    },
    // Another signal's success proves nothing: many back ends accept traces and no metrics.
    over(signal) {
      if (toldBy !== signal) return false;
      toldBy = undefined;
      return true;
    },
  };
}
