// A process that counts and sends what it counted since the last time, ten times a second, and remembers when it was told "yes".
import { untilTaken } from "./numbered.ts";
import { pause } from "./service.ts";

const EACH = 10;
const EVERY_MS = 100;

export interface Deltas {
  /** What was acknowledged: all of it, or in those milliseconds before a time. */
  counted(within?: { readonly ms: number; readonly before: number }): number;
  /** Ends with the last request being answered. */
  stop(): Promise<void>;
}

export function startDeltas(endpoint: string, service: string): Deltas {
  const told: number[] = [];
  const resource = {
    attributes: [
      { key: "service.name", value: { stringValue: service } },
      { key: "service.instance.id", value: { stringValue: `${service}-1` } },
    ],
  };
  let last = nanoseconds();
  let stopping = false;
  const run = async (): Promise<void> => {
    while (!stopping) {
      const now = nanoseconds();
      const point = { startTimeUnixNano: last, timeUnixNano: now, asInt: String(EACH) };
      last = now;
      const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] };
      await untilTaken(`${endpoint}/v1/metrics`, {
        resourceMetrics: [
          { resource, scopeMetrics: [{ scope: { name: "deltas" }, metrics: [{ name: "deltas", sum }] }] },
        ],
      });
      told.push(Date.now());
      await pause(EVERY_MS);
    }
  };
  const running = run();
  return {
    counted: (within) =>
      EACH *
      told.filter((at) => within === undefined || (at <= within.before && at > within.before - within.ms))
        .length,
    async stop() {
      stopping = true;
      await running;
    },
  };
}

function nanoseconds(): string {
  return String(BigInt(Date.now()) * 1_000_000n);
}
