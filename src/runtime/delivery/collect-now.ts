import type { MetricReader, ResourceMetrics } from "@opentelemetry/sdk-metrics";

/**
 * The internal parts of the SDK that collect without waiting. The embedded SDK has one fixed version, and
 * `collect-now.test.ts` checks these parts.
 */
interface Storage {
  collect(
    collector: Collector,
    time: [number, number],
  ): ResourceMetrics["scopeMetrics"][0]["metrics"][0] | null;
}
interface Collector {
  readonly _sharedState: {
    readonly resource: ResourceMetrics["resource"];
    readonly meterSharedStates: ReadonlyMap<string, Meter>;
  };
}
interface Meter {
  readonly _instrumentationScope: ResourceMetrics["scopeMetrics"][0]["scope"];
  readonly metricStorageRegistry: { getStorages(collector: Collector): readonly Storage[] };
}

/**
 * Collects metrics at the very end of a process, where the promises of an ordinary collection never resolve.
 * Observable instruments have the values of the last collection: their callbacks may wait.
 */
export function collectNow(reader: MetricReader): ResourceMetrics | undefined {
  const { _sdkMetricProducer: collector } = reader as unknown as { _sdkMetricProducer?: Collector };
  if (collector === undefined) return undefined;
  const now = Date.now();
  const time: [number, number] = [Math.trunc(now / 1000), (now % 1000) * 1e6];
  const scopeMetrics = [...collector._sharedState.meterSharedStates.values()].map((meter) => ({
    scope: meter._instrumentationScope,
    metrics: meter.metricStorageRegistry
      .getStorages(collector)
      .flatMap((storage) => storage.collect(collector, time) ?? []),
  }));
  return {
    resource: collector._sharedState.resource,
    scopeMetrics: scopeMetrics.filter(({ metrics }) => metrics.length > 0),
  };
}
