import { metrics, context, propagation, trace, type Context, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { TracerProvider, type ReadableSpan, type SpanProcessor } from "@opentelemetry/sdk-trace";
import type { McpConfig } from "../../src/settings/config.ts";
import { readConfig } from "../../src/settings/mcp-settings.ts";
import { occupyHub } from "../../src/hook/hub.ts";
import { onFault } from "../../src/output/safely.ts";
import { createKnownNames, type KnownNames } from "../../src/operation/known-names.ts";
import type { OperationObserver } from "../../src/operation/observer.ts";
import { createTelemetry } from "../../src/signals/observer.ts";
import { SCOPE } from "../../src/wiring.ts";
import { fromReadableLogRecord, type SeenLog } from "./seen-log.ts";
import { fromReadableSpan, type SeenSpan } from "./seen-span.ts";
import { patience } from "./patience.ts";

export interface Telemetry {
  /** For the application's own spans. */
  readonly tracer: Tracer;
  /** What the hooks call; for tests without an SDK. */
  readonly observer: OperationObserver;
  readonly known: KnownNames;
  /** Ended and open spans, in the order of their start. */
  spans(): SeenSpan[];
  /** Log records, in the order they were made. */
  logs(): SeenLog[];
  /** The same as lines, parsed. */
  lines(): Record<string, unknown>[];
}

/**
 * Runs `fn` with a real, registered OpenTelemetry SDK and mcp-otelkit's signals behind the hooks. MCP SDKs have to be
 * patched: `sdks.ts` provides patched ones. A span that stays open afterwards is a leak and fails the test.
 */
export async function withTelemetry<T>(
  fn: (telemetry: Telemetry) => T | Promise<T>,
  config: Partial<McpConfig> = {},
): Promise<{ result: T; spans: SeenSpan[] }> {
  const recorder = createRecorder();
  const provider = new TracerProvider({ spanProcessors: [recorder] });
  const records = new InMemoryLogRecordExporter();
  const loggers = new LoggerProvider({
    processors: [new SimpleLogRecordProcessor({ exporter: records })],
  });
  const lines: Record<string, unknown>[] = [];
  const settings = { ...readConfig({}), ...config };
  const known = createKnownNames();
  const { observer } = createTelemetry(
    {
      tracer: () => provider.getTracer(SCOPE),
      meterProvider: () => metrics.getMeterProvider(),
      loggerProvider: () => loggers,
      writeLine: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
      config: () => settings,
    },
    known,
    { name: SCOPE, version: "" },
  );
  const faults: string[] = [];
  onFault((where, error) => faults.push(`${where}: ${String(error)}`));
  const hub = occupyHub({ observer, known });
  if (hub === undefined) throw new Error("another withTelemetry is running in this process");
  const off = registerApi();
  try {
    const spans = () => recorder.started.map(fromReadableSpan);
    const logs = () => records.getFinishedLogRecords().map(fromReadableLogRecord);
    const tracer = provider.getTracer("application");
    const result = await fn({ tracer, observer, known, spans, logs, lines: () => lines });
    await until(
      () => recorder.open.size === 0,
      () => `left open: ${[...recorder.open].map((span) => span.name).join(", ")}`,
    );
    if (faults.length > 0) throw new Error(`mistakes of ours: ${faults.join("; ")}`);
    return { result, spans: spans() };
  } finally {
    hub.release();
    off();
  }
}

/** Waits for what needs a few turns of the event loop, and says what was missing when it does not come. */
export async function until(
  condition: () => boolean,
  otherwise: () => string,
  timeoutMs = patience(5_000),
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(otherwise());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function registerApi(): () => void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  return () => {
    context.disable();
    propagation.disable();
    trace.disable();
  };
}

interface Recorder extends SpanProcessor {
  readonly started: ReadableSpan[];
  readonly open: Set<ReadableSpan>;
}

/** Beside what an exporter sees: which span began first, and which ones never ended. */
function createRecorder(): Recorder {
  const started: ReadableSpan[] = [];
  const open = new Set<ReadableSpan>();
  return {
    started,
    open,
    onStart(span: object, _parent: Context) {
      started.push(span as ReadableSpan);
      open.add(span as ReadableSpan);
    },
    onEnd: (span) => void open.delete(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
