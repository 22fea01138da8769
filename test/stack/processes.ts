// What one process sends, in OTLP: a counter if it sends deltas, two up-down counters and two gauges.
export interface Process {
  readonly service: string;
  readonly instance: string;
  /** Of its resource, and no label in Prometheus. */
  readonly team: string;
  /** Of its instrumentation scope. */
  readonly version: string;
  /** What everything but the counter says. */
  readonly value: number;
  /** What it counted since the last time; without it, this process sends no deltas. */
  readonly counted?: number;
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

export function metricsOf({ service, instance, team, version, value, counted }: Process) {
  const now = String(BigInt(Date.now()) * 1_000_000n);
  const dataPoints = [{ startTimeUnixNano: now, timeUnixNano: now, asInt: String(value) }];
  const upDown = { aggregationTemporality: 2, isMonotonic: false, dataPoints };
  const counter = {
    aggregationTemporality: 1,
    isMonotonic: true,
    dataPoints: [{ startTimeUnixNano: now, timeUnixNano: now, asInt: String(counted) }],
  };
  return {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            text("service.name", service),
            text("service.instance.id", instance),
            text("team", team),
          ],
        },
        scopeMetrics: [
          {
            scope: { name: "processes", version },
            metrics: [
              { name: "open.things", sum: upDown },
              { name: "process.memory.usage", sum: upDown },
              { name: "age", gauge: { dataPoints } },
              { name: "quota.remaining", gauge: { dataPoints } },
              ...(counted === undefined ? [] : [{ name: "counted", sum: counter }]),
            ],
          },
        ],
      },
    ],
  };
}
