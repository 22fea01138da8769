/** What has been told of a collector that cannot be reached: all signals on the way to it are one piece of news. */
export interface Outages {
  /** A delivery of this signal has failed. @returns whether that is to be told */
  begins(signal: string): boolean;
  /** A delivery of this signal has arrived again. @returns whether that is to be told */
  over(signal: string): boolean;
}

/** A collector that comes and goes would fill the log of the application with itself. */
const SILENCE_MS = 10 * 60_000;

const known = new Map<string, Outages>();

/** @param endpoint as it is told; the signals' own paths on one host are one collector */
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
    // Another signal's success means nothing: many a backend takes traces and has no place for metrics.
    over(signal) {
      if (toldBy !== signal) return false;
      toldBy = undefined;
      return true;
    },
  };
}
