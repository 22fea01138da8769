/**
 * What `MetricReader.collect()` of OpenTelemetry's sdk-metrics gives, as far as a page of text needs it. It is the same
 * in 2.x and 3.x, and stated here so that this folder needs no OpenTelemetry to be compiled, tested or loaded.
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
  /** Of sums alone. */
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

/** The value of a point of a histogram: one count more than there are bounds, for what lies above the last. */
export interface Histogram {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  /** Absent where values may be negative: then it could fall, and Prometheus takes that for a restart. */
  readonly sum?: number;
  readonly count: number;
}

/** The value of a point of an exponential histogram: bucket `offset + i` ends at `2 ** ((offset + i + 1) / 2 ** scale)`. */
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
