import type {
  Attributes,
  Context,
  Counter,
  Histogram,
  Meter,
  MeterProvider,
  ObservableCallback,
} from "@opentelemetry/api";
import type { McpConfig } from "../../settings/config.ts";
import type { HttpExchange } from "../../operation/http-endpoint.ts";
import type { KnownNames } from "../../operation/known-names.ts";
import type { Operation } from "../../operation/operation.ts";
import type { Outcome } from "../../operation/outcome.ts";
import { describeMetric, resourceLabel, revisionLabel } from "../../operation/metric-attributes.ts";
import * as semconv from "../../semconv.ts";
import { createExemplars, type Exemplars } from "./exemplars.ts";
import { INSTRUMENTS, type InstrumentName, type InstrumentRow } from "./instruments.ts";
import { PROCESS_OBSERVERS } from "./process-metrics.ts";
import { createSessions, type SessionEnded, type Sessions } from "./sessions.ts";
import { createCounterTable, createLevelTable, type CounterTable } from "./counter-table.ts";

/** The instruments of a kind, so that a row without a source of values does not compile. */
type InstrumentOf<Kind extends InstrumentRow["kind"]> = {
  [Name in InstrumentName]: (typeof INSTRUMENTS)[Name]["kind"] extends Kind ? Name : never;
}[InstrumentName];
type ObservableName = InstrumentOf<"observableCounter" | "observableUpDownCounter" | "observableGauge">;

/** Of a tool call, with the guide's names. */
const STATUSES = ["success", "error"] as const;

/** Errors that most servers return sooner or later; other errors get a series when they first occur. */
const USUAL_ERRORS = [
  semconv.ERROR_TYPE_TOOL_ERROR,
  semconv.ERROR_TYPE_CONNECTION_CLOSED,
  "-32602",
  "-32603",
];

export interface MetricsSource {
  /** Read for each record: an SDK may be registered later, and the metrics API has no proxy for it. */
  readonly meterProvider: () => MeterProvider;
  readonly config: () => McpConfig;
  readonly known: KnownNames;
  /** Called at every session's end, beside the metrics. */
  readonly sessionEnded: SessionEnded;
  readonly scope: { readonly name: string; readonly version: string };
}

export interface McpMetrics {
  /** @returns a function that records the end, in a context (for exemplars), and returns the duration in seconds */
  begin(operation: Operation): (outcome: Outcome, context: Context) => number;
  strayOutput(): void;
  httpExchange(exchange: HttpExchange): void;
  /** This process serves a tool of this name: its counters start at zero before the first call. */
  offers(tool: string): void;
  /** This process is a server: the counters of the usual errors start at zero. */
  serves(): void;
  readonly sessions: Sessions;
  readonly exemplars: Exemplars;
  /** Creates the instruments, if a provider has been registered meanwhile; every record does so too. */
  bind(): void;
}

export function createMetrics({ meterProvider, config, known, scope, ...heard }: MetricsSource): McpMetrics {
  const counters: { readonly [Name in InstrumentOf<"counter">]: CounterTable } = {
    toolCalls: createCounterTable(INSTRUMENTS.toolCalls.attributes),
    resourceReads: createCounterTable(INSTRUMENTS.resourceReads.attributes),
    errors: createCounterTable(INSTRUMENTS.errors.attributes),
    httpRequests: createCounterTable(INSTRUMENTS.httpRequests.attributes),
    strayWrites: createCounterTable(INSTRUMENTS.strayWrites.attributes),
  };
  const activeRequests = createLevelTable(INSTRUMENTS.serverActiveRequests.attributes);
  const exemplars = createExemplars();
  const sessions = createSessions(() => config().sessionIdleMs, sessionEnded);
  const observers: { readonly [Name in ObservableName]: ObservableCallback } = {
    ...PROCESS_OBSERVERS,
    serverActiveRequests: activeRequests.observe,
    activeSessions: (result) => result.observe(sessions.active()),
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
      else if (row.kind !== "counter") observe(meter, row, observers[name as ObservableName]);
    }
    bindCounters(meter, families);
  }

  function bindCounters(meter: Meter, families: McpConfig["metrics"]): void {
    const made = (Object.keys(counters) as (keyof typeof counters)[])
      .filter((name) => families.has(INSTRUMENTS[name].family))
      .map((name) => [counters[name], createCounter(meter, INSTRUMENTS[name])] as const);
    // Without an SDK the API returns one and the same histogram for all names, in every copy and version of it.
    const measured = histograms.size > 0 && new Set(histograms.values()).size === histograms.size;
    for (const [table, counter] of made) {
      if (measured) table.bind(counter);
      else table.unbind();
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
    const { [semconv.ATTR_NETWORK_TRANSPORT]: _transport, ...described } = session.attributes;
    const attributes: Attributes = {
      ...described,
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
    const status: (typeof STATUSES)[number] = failed ? "error" : "success";
    // Both at once: the first error of an unregistered, unlisted tool follows a zero, too.
    for (const one of STATUSES) counters.toolCalls.add(one === status ? 1 : 0, tool, one);
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
      if (active !== undefined) activeRequests.add(1, active);
      return (outcome, context) => {
        const seconds = (performance.now() - start) / 1000;
        const server = operation.side === "server";
        const attributes = describeMetric(operation, outcome, known, config().resourceUri);
        record(server ? "serverOperationDuration" : "clientOperationDuration", seconds, attributes, context);
        if (!server) return seconds;
        if (active !== undefined) activeRequests.add(-1, active);
        // A request that its client cancelled is neither a success nor an error.
        if (request && operation.method === "tools/call" && outcome.cancelled === undefined) {
          recordToolCall(
            String(attributes[semconv.ATTR_GEN_AI_TOOL_NAME] ?? semconv.OTHER),
            outcome,
            seconds,
            context,
          );
        }
        if (request && operation.method === "resources/read")
          counters.resourceReads.add(1, resourceLabel(operation, outcome, known, config().resourceUri));
        const error =
          attributes[semconv.ATTR_ERROR_TYPE] ?? attributes[semconv.ATTR_RPC_RESPONSE_STATUS_CODE];
        if (error !== undefined && outcome.negotiated === undefined) counters.errors.add(1, String(error));
        return seconds;
      };
    },
    httpExchange({ endpoint, method, status, durationMs, stream }) {
      bind();
      counters.httpRequests.add(1, endpoint, method, String(status));
      if (!stream) record("httpRequestDuration", durationMs / 1000, { endpoint });
    },
    offers(tool) {
      if (known.has("tool", tool)) for (const status of STATUSES) counters.toolCalls.show(tool, status);
    },
    serves() {
      for (const errorType of USUAL_ERRORS) counters.errors.show(errorType);
    },
    strayOutput() {
      bind();
      counters.strayWrites.add(1);
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

function createCounter(meter: Meter, { name, unit, description }: InstrumentRow): Counter {
  return meter.createCounter(name, { unit, description });
}

function observe(
  meter: Meter,
  { name, kind, unit, description }: InstrumentRow,
  callback: ObservableCallback,
): void {
  const options = { unit, description };
  if (kind === "observableCounter") meter.createObservableCounter(name, options).addCallback(callback);
  else if (kind === "observableUpDownCounter")
    meter.createObservableUpDownCounter(name, options).addCallback(callback);
  else meter.createObservableGauge(name, options).addCallback(callback);
}
