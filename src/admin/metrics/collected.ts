/**
 * What `MetricReader.collect()` of OpenTelemetry's sdk-metrics returns, as far as the text page needs it. 2.x and 3.x
 * return the same. It is declared here so that this folder compiles, runs and is tested without OpenTelemetry.
 */
export interface Collected {
  readonly resourceMetrics: {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeMetrics: readonly { readonly metrics: readonly CollectedMetric[] }[];
  };
  readonly errors: readonly unknown[];
}

export type Attributes = Readonly<Record<string, unknown>>;

export interface CollectedMetric {
  readonly descriptor: {
    readonly name: string;
    readonly description: string;
    readonly unit: string;
    /** `InstrumentType`, `COUNTER` for instance; there in 1.x to 3.x, and promised by none. */
    readonly type?: string;
  };
  readonly dataPointType: number;
  readonly aggregationTemporality: number;
  /** Only on sums. */
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly {
    readonly attributes: Attributes;
    readonly value: unknown;
    /** Since when it counts: seconds since 1970, and nanoseconds. */
    readonly startTime?: readonly [seconds: number, nanoseconds: number];
  }[];
}

/** `DataPointType`: an enumeration, but one whose numbers are public. */
export const POINT = { histogram: 0, exponentialHistogram: 1, gauge: 2, sum: 3 } as const;

/** `AggregationTemporality`. */
export const CUMULATIVE = 1;

/** The value of a histogram point. There is one more count than bounds: values above the last bound. */
export interface Histogram {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  /** Absent where values may be negative: the sum could then fall, and Prometheus would read that as a restart. */
  readonly sum?: number;
  readonly count: number;
}

/** The value of an exponential histogram point: bucket `offset + i` ends at `2 ** ((offset + i + 1) / 2 ** scale)`. */
export interface ExponentialHistogram {
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  readonly sum?: number;
  readonly count: number;
}

interface Buckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}
