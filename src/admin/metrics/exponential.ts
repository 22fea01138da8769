import type { ExponentialHistogram, Histogram } from "./collected.ts";

/**
 * Converts an exponential histogram to ordinary buckets, since neither text format can carry the exponential kind.
 * The bounds are powers of two at every scale: the SDK lowers the scale as the range of values grows, and bounds that
 * followed it would create new series each time and leave the old ones behind.
 */
export function toOrdinaryBuckets(histogram: ExponentialHistogram): Histogram {
  const { scale, zeroCount, positive, negative, sum, count } = histogram;
  // Above 0, 2 ** scale buckets make up one power of two; below 0, a bucket spans several and stays as it is.
  const shift = Math.max(scale, 0);
  const factor = 2 ** Math.max(-scale, 0);

  const countAt = new Map<number, number>();
  const add = (bound: number, counted: number): void => {
    countAt.set(bound, (countAt.get(bound) ?? 0) + counted);
  };
  // A positive bucket ends at its larger magnitude, a negative bucket at its smaller.
  for (const [index, counted] of coarse(positive, shift)) add(2 ** ((index + 1) * factor), counted);
  for (const [index, counted] of coarse(negative, shift)) add(-(2 ** (index * factor)), counted);
  // Without it, a quantile below the first bound would be computed from 0 or not at all.
  add(0, zeroCount);

  const finite = [...countAt].filter(([bound]) => Number.isFinite(bound)).toSorted(([a], [b]) => a - b);
  const boundaries = finite.map(([bound]) => bound);
  const counts = finite.map(([, counted]) => counted);
  counts.push(count - counts.reduce((total, counted) => total + counted, 0));
  return { buckets: { boundaries, counts }, count, ...(sum === undefined ? {} : { sum }) };
}

function* coarse(
  buckets: ExponentialHistogram["positive"],
  shift: number,
): Generator<[index: number, count: number]> {
  for (const [position, counted] of buckets.bucketCounts.entries()) {
    yield [Math.floor((buckets.offset + position) / 2 ** shift), counted];
  }
}
