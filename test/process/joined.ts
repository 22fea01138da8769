// `joining.mjs` under the preload, with a collector that shows which SDK sent what: "ours" or "theirs".
import { startOtlpReceiver, type SeenMetric } from "../support/otlp-receiver.ts";
import type { SeenLog } from "../support/seen-log.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { runProgram, type Circumstances, type Ended } from "./program.ts";

const WORK = "CLIENT tools/call work > SERVER tools/call work > INTERNAL work > CLIENT GET > SERVER GET";
/** What `joining.mjs` is seen as. */
export const JOINED_CHAINS = [
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  WORK,
  WORK,
];

export interface Joined extends Ended {
  readonly spans: SeenSpan[];
  readonly metrics: SeenMetric[];
  readonly logs: SeenLog[];
}

export async function join(words: readonly string[], circumstances: Circumstances = {}): Promise<Joined> {
  const receiver = await startOtlpReceiver();
  try {
    const ended = await runProgram(words, {
      ...circumstances,
      env: {
        OTEL_SERVICE_NAME: "ours",
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_LOGS_EXPORTER: "otlp",
        ...circumstances.env,
      },
    });
    return { ...ended, spans: receiver.spans(), metrics: receiver.metrics(), logs: receiver.logs() };
  } finally {
    await receiver.close();
  }
}

/** Who has sent it: the names of the services, in alphabetical order. */
export function sendersOf(items: readonly { readonly service: string }[]): string[] {
  return [...new Set(items.map(({ service }) => service))].toSorted();
}

export function sendersOfEach({ spans, metrics, logs }: Joined): Record<string, string[]> {
  return { spans: sendersOf(spans), metrics: sendersOf(metrics), logs: sendersOf(logs) };
}

export const ALL_THEIRS = { spans: ["theirs"], metrics: ["theirs"], logs: ["theirs"] };
export const ALL_OURS = { spans: ["ours"], metrics: ["ours"], logs: ["ours"] };

/** One entry a trace; where two have sent parts of one, both. */
export function sendersPerTrace(spans: readonly SeenSpan[]): string[] {
  const traces = [...new Set(spans.map(({ traceId }) => traceId))];
  return traces.map((id) => sendersOf(spans.filter(({ traceId }) => traceId === id)).join("+")).toSorted();
}
