import { Worker } from "node:worker_threads";
import type { RuntimeSettings, SignalName } from "../../settings/otel-settings.ts";
import { packParcel, type Parcel } from "./otlp-request.ts";
import type { Losses, Unsent } from "../delivery/reporting-exporter.ts";

/** How long `exit` may be held up. Shorter than for an orderly end: the event loop stands still meanwhile. */
const DEADLINE_MS = 1000;

/** Sends what is left in the queues. @returns how much of it has arrived */
export function sendUnsent(
  unsent: readonly Unsent[],
  settings: RuntimeSettings,
  env: NodeJS.ProcessEnv,
): Losses {
  const of: Readonly<Record<SignalName, RuntimeSettings["traces" | "logs" | "metrics"]>> = {
    TRACES: settings.traces,
    LOGS: settings.logs,
    METRICS: settings.metrics,
  };
  const packed = unsent.flatMap((one) => {
    const parcel = packParcel(one, of[one.signal], env);
    return parcel === undefined ? [] : [{ one, parcel }];
  });
  if (packed.length === 0) return {};
  const arrived = sendNow(
    packed.map(({ parcel }) => parcel),
    DEADLINE_MS,
  );
  return Object.fromEntries(
    packed.filter((_pair, index) => arrived[index]).map(({ one }) => [one.signal, one.items.length]),
  );
}

/**
 * Sends while everything stands still: at `exit` nothing asynchronous of this thread runs any more. A thread of its own
 * sends, this one sleeps until it has. Not a child process: there may be no program of that name, nor the right to start one.
 * @returns which of the parcels have arrived
 */
function sendNow(parcels: readonly Parcel[], deadlineMs: number): boolean[] {
  const state = new Int32Array(new SharedArrayBuffer(4 * (parcels.length + 1)));
  const worker = new Worker(new URL("./exit-worker.js", import.meta.url), {
    workerData: { parcels, state },
    // Without the preload, which would come along by either of them.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  worker.unref();
  const deadline = performance.now() + deadlineMs;
  for (let done = 0; done < parcels.length; done = Atomics.load(state, 0)) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    Atomics.wait(state, 0, done, left);
  }
  return parcels.map((_parcel, index) => Atomics.load(state, index + 1) === 1);
}
