import { Worker } from "node:worker_threads";
import type { RuntimeSettings, SignalName } from "../../settings/otel-settings.ts";
import { loadChunk } from "../chunks.ts";
import type { OtlpRequest } from "./otlp-request.ts";
import { ARRIVED, SENT } from "./request-state.ts";
import type { Losses, Unsent } from "../delivery/reporting-exporter.ts";
import type { SentAtExit } from "./unsent.ts";

/** The longest delay of `exit`. Shorter than for an orderly end: the event loop is blocked meanwhile. */
const DEADLINE_MS = 1000;

/**
 * Sends what is left in the queues.
 * @returns what became of it
 */
export function sendUnsent(
  unsent: readonly Unsent[],
  settings: RuntimeSettings,
  env: NodeJS.ProcessEnv,
): SentAtExit {
  const of: Readonly<Record<SignalName, RuntimeSettings["traces" | "logs" | "metrics"]>> = {
    TRACES: settings.traces,
    LOGS: settings.logs,
    METRICS: settings.metrics,
  };
  const { describeOtlpRequest } = loadChunk<typeof import("../delivery/otlp-exporters.ts")>("exporters");
  const described = unsent.flatMap((one) => {
    const request = describeOtlpRequest(one, of[one.signal], env);
    return request === undefined ? [] : [{ one, request }];
  });
  if (described.length === 0) return { arrived: {}, sent: {} };
  const states = sendNow(
    described.map(({ request }) => request),
    DEADLINE_MS,
  );
  const countOf = (state: number): Losses =>
    Object.fromEntries(
      described
        .filter((_pair, index) => states[index] === state)
        .map(({ one }) => [one.signal, one.items.length]),
    );
  return { arrived: countOf(ARRIVED), sent: countOf(SENT) };
}

/**
 * Sends while the thread is blocked: at `exit` nothing asynchronous runs on it any more. Another thread sends, and
 * this one sleeps until it has finished. Not a child process: the program may be missing, or forbidden.
 * @returns what became of each request
 */
function sendNow(requests: readonly OtlpRequest[], deadlineMs: number): number[] {
  const state = new Int32Array(new SharedArrayBuffer(4 * (requests.length + 1)));
  const worker = new Worker(new URL("./exit-worker.cjs", import.meta.url), {
    workerData: { requests, state },
    // Without the preload, which either of these would start in the worker.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  worker.unref();
  const deadline = performance.now() + deadlineMs;
  for (let done = 0; done < requests.length; done = Atomics.load(state, 0)) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    Atomics.wait(state, 0, done, left);
  }
  return requests.map((_request, index) => Atomics.load(state, index + 1));
}
