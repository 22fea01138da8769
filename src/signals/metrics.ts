import type {
  Attributes,
  Context,
  Histogram,
  Meter,
  MeterProvider,
  ObservableCallback,
} from "@opentelemetry/api";
import type { McpConfig } from "../settings/config.ts";
import type { HttpExchange } from "../operation/http-endpoint.ts";
import type { KnownNames } from "../operation/known-names.ts";
import type { Operation } from "../operation/operation.ts";
import type { Outcome } from "../operation/outcome.ts";
import { describeMetric, resourceLabel, revisionLabel } from "../operation/metric-attributes.ts";
import * as semconv from "../semconv.ts";
import { createExemplars, type Exemplars } from "./exemplars.ts";
import { INSTRUMENTS, type InstrumentName, type InstrumentRow } from "./instruments.ts";
import { PROCESS_OBSERVERS } from "./process-metrics.ts";
import { createSessions, type SessionEnded, type Sessions } from "./sessions.ts";
import { createTally } from "./counter-table.ts";

export interface MetricsSource {
  /** Asked for each record: an SDK may be registered later than this, and the metrics API has no proxy for it. */
  readonly meterProvider: () => MeterProvider;
  readonly config: () => McpConfig;
  readonly known: KnownNames;
  /** Hears of every session's end, beside the metrics. */
  readonly sessionEnded: SessionEnded;
  readonly scope: { readonly name: string; readonly version: string };
}

export interface McpMetrics {
  /** @returns how to say that it ended, in which context (for exemplars), and to hear how many seconds it took */
  begin(operation: Operation): (outcome: Outcome, context: Context) => number;
  strayOutput(): void;
  httpExchange(exchange: HttpExchange): void;
  readonly sessions: Sessions;
  readonly exemplars: Exemplars;
  /** Makes the instruments, where a provider has come by now; every record does so too. */
  bind(): void;
}

export function createMetrics({ meterProvider, config, known, scope, ...heard }: MetricsSource): McpMetrics {
  const tallies = {
    toolCalls: createTally(INSTRUMENTS.toolCalls.attributes),
    resourceReads: createTally(INSTRUMENTS.resourceReads.attributes),
    errors: createTally(INSTRUMENTS.errors.attributes),
    httpRequests: createTally(INSTRUMENTS.httpRequests.attributes),
    serverActiveRequests: createTally(INSTRUMENTS.serverActiveRequests.attributes),
  };
  const exemplars = createExemplars();
  const sessions = createSessions(() => config().sessionIdleMs, sessionEnded);
  let strayWrites = 0;
  const observers: Partial<Record<InstrumentName, ObservableCallback>> = {
    ...PROCESS_OBSERVERS,
    ...Object.fromEntries(Object.entries(tallies).map(([name, tally]) => [name, tally.observe])),
    activeSessions: (result) => result.observe(sessions.active()),
    strayWrites: (result) => result.observe(strayWrites),
    suppressed: (result) => {
      for (const [reason, count] of known.suppressed) result.observe(count, { reason });
    },
  };

  let provider: MeterProvider | undefined;
  let histograms = new Map<InstrumentName, Histogram>();

  function bind(): void {
    const now = meterProvider();
    if (now === provider) return;
    provider = now;
    const { metrics: families } = config();
    const meter = now.getMeter(scope.name, scope.version);
    histograms = new Map();
    for (const [name, row] of Object.entries(INSTRUMENTS) as [InstrumentName, InstrumentRow][]) {
      if (!families.has(row.family)) continue;
      if (row.kind === "histogram") histograms.set(name, createHistogram(meter, row));
      else observe(meter, row, observers[name]);
    }
  }

  function record(name: InstrumentName, value: number, attributes: Attributes, context?: Context): void {
    const histogram = histograms.get(name);
    if (histogram === undefined) return;
    histogram.record(value, attributes, context);
    if (context !== undefined) exemplars.note(name, value, attributes, context);
  }

  function sessionEnded(...[session, seconds, end]: Parameters<SessionEnded>): void {
    bind();
    heard.sessionEnded(session, seconds, end);
    const version = session.attributes[semconv.ATTR_MCP_PROTOCOL_VERSION];
    const attributes: Attributes = {
      ...session.attributes,
      ...(version !== undefined && { [semconv.ATTR_MCP_PROTOCOL_VERSION]: revisionLabel(version, known) }),
      ...(end === "idle" && { [semconv.ATTR_ERROR_TYPE]: semconv.ERROR_TYPE_IDLE }),
    };
    if (session.role === "client") record("clientSessionDuration", seconds, attributes);
    else {
      record("serverSessionDuration", seconds, attributes);
      record("sessionDuration", seconds, {});
    }
  }

  function recordToolCall(tool: string, outcome: Outcome, seconds: number, context: Context): void {
    const failed = outcome.errorType !== undefined || outcome.statusCode !== undefined;
    tallies.toolCalls.add(1, tool, failed ? "error" : "success");
    record("toolCallDuration", seconds, { tool_name: tool }, context);
    if (outcome.resultBytes !== undefined)
      record("toolResultSize", outcome.resultBytes, { [semconv.ATTR_GEN_AI_TOOL_NAME]: tool }, context);
  }

  return {
    begin(operation) {
      bind();
      const start = operation.since ?? performance.now();
      const request = operation.attributes[semconv.ATTR_JSONRPC_REQUEST_ID] !== undefined;
      const active =
        operation.side === "server" && request
          ? known.has("method", operation.method)
            ? operation.method
            : semconv.OTHER
          : undefined;
      if (active !== undefined) tallies.serverActiveRequests.add(1, active);
      return (outcome, context) => {
        const seconds = (performance.now() - start) / 1000;
        const server = operation.side === "server";
        const attributes = describeMetric(operation, outcome, known);
        record(server ? "serverOperationDuration" : "clientOperationDuration", seconds, attributes, context);
        if (!server) return seconds;
        if (active !== undefined) tallies.serverActiveRequests.add(-1, active);
        // A request its client took back is neither a success nor an error.
        if (request && operation.method === "tools/call" && outcome.cancelled === undefined) {
          recordToolCall(
            String(attributes[semconv.ATTR_GEN_AI_TOOL_NAME] ?? semconv.OTHER),
            outcome,
            seconds,
            context,
          );
        }
        if (request && operation.method === "resources/read")
          tallies.resourceReads.add(1, resourceLabel(operation, outcome, known, config().resourceUri));
        const error =
          attributes[semconv.ATTR_ERROR_TYPE] ?? attributes[semconv.ATTR_RPC_RESPONSE_STATUS_CODE];
        if (error !== undefined) tallies.errors.add(1, String(error));
        return seconds;
      };
    },
    httpExchange({ endpoint, method, status, durationMs, stream }) {
      bind();
      tallies.httpRequests.add(1, endpoint, method, String(status));
      if (!stream) record("httpRequestDuration", durationMs / 1000, { endpoint });
    },
    strayOutput() {
      bind();
      strayWrites += 1;
    },
    sessions,
    exemplars,
    bind,
  };
}

function createHistogram(meter: Meter, { name, unit, description, buckets }: InstrumentRow): Histogram {
  const advice = buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } };
  return meter.createHistogram(name, { unit, description, ...advice });
}

function observe(
  meter: Meter,
  { name, kind, unit, description }: InstrumentRow,
  callback: ObservableCallback | undefined,
): void {
  if (callback === undefined) return;
  const options = { unit, description };
  if (kind === "observableCounter") meter.createObservableCounter(name, options).addCallback(callback);
  else if (kind === "observableUpDownCounter")
    meter.createObservableUpDownCounter(name, options).addCallback(callback);
  else meter.createObservableGauge(name, options).addCallback(callback);
}
