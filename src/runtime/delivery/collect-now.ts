import type { MetricReader, ResourceMetrics } from "@opentelemetry/sdk-metrics";

/** The parts of the SDK's own collection that do not wait. The SDK is embedded, in one version: `collect-now.test.ts` holds them to it. */
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
 * What has been measured, at the very end of a process, where the promises of an ordinary collection never resolve. What is
 * observed has the values of the last collection: its callbacks may wait.
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
