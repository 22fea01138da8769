// A source that numbers every record, so that a missing one can be named. It sends plain OTLP and tries each request
// until the Collector has said yes: from there on, a loss is the pipeline's.
import { createHash } from "node:crypto";
import { pause } from "./service.ts";

const PER_REQUEST = 10;
const EVERY_MS = 100;
const AGAIN_AFTER_MS = 100;
/** How many spans share a trace, so that a query by its id finds them. */
const PER_TRACE = 200;

export interface NumberedSource {
  /** Ends with the answer to the last request; returns how many records of each signal there were. */
  stop(): Promise<{ spans: number; logs: number; points: number; counted: number }>;
}

/** 100 spans and 100 log lines a second, and ten times a second the count of them so far. */
export function startNumbered(endpoint: string, service: string): NumberedSource {
  const began = nanoseconds();
  const resource = {
    attributes: [text("service.name", service), text("service.instance.id", `${service}-1`)],
  };
  const scope = { name: "numbered" };
  const sent = { spans: 0, logs: 0, points: 0, counted: 0 };
  let stopping = false;

  const spans = every(
    () => stopping,
    async () => {
      const numbers = next(sent.spans);
      await untilTaken(`${endpoint}/v1/traces`, {
        resourceSpans: [{ resource, scopeSpans: [{ scope, spans: numbers.map((n) => spanOf(service, n)) }] }],
      });
      sent.spans += numbers.length;
    },
  );
  const logs = every(
    () => stopping,
    async () => {
      const numbers = next(sent.logs);
      const logRecords = numbers.map((n) => ({
        timeUnixNano: nanoseconds(),
        severityNumber: 9,
        body: { stringValue: `line ${n}` },
      }));
      await untilTaken(`${endpoint}/v1/logs`, {
        resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }],
      });
      sent.logs += numbers.length;
    },
  );
  const counts = every(
    () => stopping,
    async () => {
      const counted = sent.counted + PER_REQUEST;
      const point = { startTimeUnixNano: began, timeUnixNano: nanoseconds(), asInt: String(counted) };
      const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
      await untilTaken(`${endpoint}/v1/metrics`, {
        resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: [{ name: "numbered", sum }] }] }],
      });
      sent.counted = counted;
      sent.points += 1;
    },
  );

  return {
    async stop() {
      stopping = true;
      await Promise.all([spans, logs, counts]);
      return sent;
    },
  };
}

/** The ids of the traces with the first spans, up to this number. */
export function tracesOf(service: string, spans: number): string[] {
  return Array.from({ length: Math.ceil(spans / PER_TRACE) }, (_, index) => traceId(service, index));
}

/** One trace, in OTLP; all its spans begin together. */
export function traceOf(
  service: string,
  spans: readonly { name: string; kind: number; seconds: number; attributes: Record<string, string> }[],
) {
  const id = hex(`${service} of its own`, 32);
  const began = BigInt(Date.now() - 600_000) * 1_000_000n;
  return {
    resourceSpans: [
      {
        resource: { attributes: [text("service.name", service)] },
        scopeSpans: [
          {
            scope: { name: "numbered" },
            spans: spans.map(({ name, kind, seconds, attributes }, index) => ({
              traceId: id,
              spanId: hex(`${service} span ${index}`, 16),
              name,
              kind,
              startTimeUnixNano: String(began),
              endTimeUnixNano: String(began + BigInt(seconds * 1000) * 1_000_000n),
              attributes: Object.entries(attributes).map(([key, value]) => text(key, value)),
            })),
          },
        ],
      },
    ],
  };
}

function spanOf(service: string, n: number) {
  const now = nanoseconds();
  return {
    traceId: traceId(service, Math.floor(n / PER_TRACE)),
    spanId: hex(`${service} span ${n}`, 16),
    name: `span ${n}`,
    kind: 1,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
  };
}

function traceId(service: string, index: number): string {
  return hex(`${service} trace ${index}`, 32);
}

function hex(seed: string, digits: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, digits);
}

function next(from: number): number[] {
  return Array.from({ length: PER_REQUEST }, (_, index) => from + index);
}

function text(key: string, stringValue: string) {
  return { key, value: { stringValue } };
}

function nanoseconds(): string {
  return String(BigInt(Date.now()) * 1_000_000n);
}

async function every(isOver: () => boolean, act: () => Promise<void>): Promise<void> {
  while (!isOver()) {
    const began = Date.now();
    await act();
    await pause(Math.max(0, began + EVERY_MS - Date.now()));
  }
}

export async function untilTaken(url: string, body: object): Promise<void> {
  while ((await post(url, body)) !== 200) await pause(AGAIN_AFTER_MS);
}

/** The status; 0 without an answer. */
export async function post(url: string, body: object): Promise<number> {
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(url, request).catch(() => undefined);
  await response?.arrayBuffer().catch(() => undefined); // it may be killed in the middle of its answer
  return response?.status ?? 0;
}
