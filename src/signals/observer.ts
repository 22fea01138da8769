import {
  context,
  type Context,
  type MeterProvider,
  type TextMapPropagator,
  type Tracer,
} from "@opentelemetry/api";
import type { McpConfig } from "../settings/config.ts";
import type { Peer } from "../operation/connection.ts";
import type { KnownNames } from "../operation/known-names.ts";
import type { ActiveOperation, OperationObserver } from "../operation/observer.ts";
import type { Operation } from "../operation/operation.ts";
import type { Outcome } from "../operation/outcome.ts";
import * as semconv from "../semconv.ts";
import { registeredLoggerProvider, type LoggerProvider } from "./logs/logger-provider.ts";
import { createLogs, type Self } from "./logs/logs.ts";
import { createMetrics, type McpMetrics } from "./metrics/metrics.ts";
import { tracerAround } from "./spans/other-spans.ts";
import { openToSend, parentsOf, whileOpen } from "./spans/parents.ts";
import { inject, type Trust } from "./spans/propagation.ts";
import { describeSessionId, withoutSession } from "./session-id.ts";
import { withOperation } from "./spans/running-operation.ts";
import { startClientSpan, startServerSpan } from "./spans/spans.ts";

export interface Signals {
  /** Read for each operation: an SDK may be registered later, or replaced. */
  readonly tracer: () => Tracer;
  readonly meterProvider: () => MeterProvider;
  /** The provider of log records that was passed to the instrumentation; where it is missing, the registered one is used. */
  readonly loggerProvider?: (() => LoggerProvider | undefined) | undefined;
  /** Writes a line of the log; absent where only records are wanted. */
  readonly writeLine?: ((line: string) => void) | undefined;
  readonly config: () => McpConfig;
  /** Writes and reads the context of messages, where it is not the registered propagator. */
  readonly propagator?: (() => TextMapPropagator | undefined) | undefined;
  /** Whether mcp-otelkit has instrumented HTTP, and so handles the headers of requests. */
  readonly ownHttp?: (() => boolean) | undefined;
  /** Called with the name of another tracer that makes spans of the same messages. */
  readonly otherTracer?: ((name: string) => void) | undefined;
}

export interface Telemetry {
  readonly observer: OperationObserver;
  readonly metrics: McpMetrics;
  readonly served: Readonly<ServedFacts>;
}

/** Facts about the servers in this process. */
export interface ServedFacts {
  /** Whether any server has been connected to a transport. */
  connected: boolean;
  /** The name of the first server: the name of the process does not change. */
  first: string | undefined;
  /** The name of the latest server. */
  name: string | undefined;
  version: string | undefined;
}

/** Turns operations into telemetry. */
export function createTelemetry(
  signals: Signals,
  known: KnownNames,
  scope: { readonly name: string; readonly version: string },
): Telemetry {
  const logs = createLogs({
    config: signals.config,
    loggerProvider: () => signals.loggerProvider?.() ?? registeredLoggerProvider(),
    writeLine: signals.writeLine,
    scope,
    suppressed: () => known.suppress("log_rate"),
  });
  const metrics = createMetrics({
    ...signals,
    known,
    scope,
    sessionEnded: (session, seconds, end) =>
      logs.sessionClosed(session, seconds, end === "idle" ? semconv.ERROR_TYPE_IDLE : undefined),
  });
  const served: ServedFacts = { connected: false, first: undefined, name: undefined, version: undefined };
  const introduce = (self: Peer | undefined): void => {
    served.first ??= self?.name;
    served.name = self?.name ?? served.name;
    served.version = self?.version ?? served.version;
  };
  const trustOf = (config: McpConfig): Trust => {
    const propagator = signals.propagator?.();
    return propagator === undefined ? config : { ...config, propagator };
  };
  const observer: OperationObserver = {
    begin(seen, carrier, params, headers) {
      const config = signals.config();
      const trust = trustOf(config);
      const operation = withoutSession(seen, config);
      const self = selfOf(operation, served);
      if (operation.signal !== "span") {
        const current =
          operation.side === "server"
            ? parentsOf(operation, carrier, trust, headers).parent
            : openToSend(context.active()).parent;
        logs.message(operation, self, params, current);
        return activeIn(current, trust, NO_SPAN);
      }
      const tracer = signals.tracer(); // first: it may start OpenTelemetry, which must not count as the operation's time
      const measured = metrics.begin(operation);
      const other = tracerAround(operation, context.active(), scope.name);
      if (other !== undefined) signals.otherTracer?.(other);
      const span =
        operation.side === "client"
          ? startClientSpan(operation, params, tracer, config, signals.ownHttp?.() === true)
          : startServerSpan(operation, params, parentsOf(operation, carrier, trust, headers), tracer, config);
      const current = withOperation(span.current, { attributes: operation.attributes, ...self });
      logs.started(operation, self, current);
      return activeIn(current, trust, {
        event: span.event,
        end(ended) {
          const outcome = withoutSession(ended, config);
          span.end(outcome);
          const seconds = measured(outcome, current);
          logs.ended(operation, selfOf(operation, served, outcome), outcome, seconds, current);
        },
      });
    },
    connecting(role, self) {
      if (role === "client") return;
      introduce(self);
      metrics.serves();
    },
    connected(role) {
      if (role !== "client") served.connected = true;
    },
    offers(tool, self) {
      introduce(self);
      if (tool !== undefined) metrics.offers(tool);
    },
    openSession(opened) {
      const session = { ...opened, id: describeSessionId(opened.id, signals.config()) };
      logs.sessionOpened(session);
      return metrics.sessions.open(session);
    },
    httpExchange: (exchange) => metrics.httpExchange(exchange),
    strayOutput: () => metrics.strayOutput(),
  };
  return { observer, metrics, served };
}

/** The server of an operation, with its name and version: from the wire, or from this process. */
function selfOf(operation: Operation, served: ServedFacts, outcome?: Outcome): Self {
  const { attributes, role, self } = operation;
  const known = { ...attributes, ...outcome?.attributes };
  const name = known[semconv.ATTR_MCP_SERVER_NAME];
  const version = known[semconv.ATTR_MCP_SERVER_VERSION];
  if (name !== undefined) return { server: String(name), version: version?.toString() };
  if (role === "client") return NOBODY;
  return self === undefined
    ? { server: served.name, version: served.version }
    : { server: self.name, version: self.version };
}

const NOBODY: Self = { server: undefined, version: undefined };

/** An operation in a context; only its first end counts. */
function activeIn(
  current: Context,
  trust: Trust,
  { event, end }: Pick<ActiveOperation, "event" | "end">,
): ActiveOperation {
  let over = false;
  return {
    get carrier() {
      return inject(current, trust);
    },
    run: (fn) => context.with(current, fn),
    send: (fn) =>
      context.with(
        whileOpen(current, () => over),
        fn,
      ),
    event(name, attributes) {
      if (!over) event(name, attributes);
    },
    end(outcome) {
      if (over) return;
      over = true;
      end(outcome);
    },
  };
}

/** A message without a span still carries its sender's context. */
const NO_SPAN: Pick<ActiveOperation, "event" | "end"> = { event: () => undefined, end: () => undefined };
