import { context, type Context, type MeterProvider, type Tracer } from "@opentelemetry/api";
import type { McpConfig } from "../config.ts";
import type { KnownNames } from "../operation/known-names.ts";
import type { ActiveOperation, OperationObserver } from "../operation/observer.ts";
import { createMetrics, type McpMetrics } from "./metrics.ts";
import { extract, inject } from "./propagation.ts";
import { startClientSpan, startServerSpan } from "./spans.ts";

export interface Signals {
  /** Asked for each operation: an SDK may be registered later than this, or replaced. */
  readonly tracer: () => Tracer;
  readonly meterProvider: () => MeterProvider;
  readonly config: () => McpConfig;
}

export interface Telemetry {
  readonly observer: OperationObserver;
  readonly metrics: McpMetrics;
  readonly served: Readonly<ServedFacts>;
}

/** What is known of the servers in this process. */
export interface ServedFacts {
  /** Whether any has been connected to a transport. */
  connected: boolean;
  /** As the latest one introduces itself. */
  version: string | undefined;
}

/** Turns operations into telemetry. */
export function createTelemetry(
  signals: Signals,
  known: KnownNames,
  scope: { readonly name: string; readonly version: string },
): Telemetry {
  const metrics = createMetrics({ ...signals, known, scope });
  const served: ServedFacts = { connected: false, version: undefined };
  const observer: OperationObserver = {
    begin(operation, carrier) {
      if (operation.signal !== "span")
        return activeIn(operation.side === "server" ? extract(carrier) : context.active(), NO_SPAN);
      const measured = metrics.begin(operation);
      const span =
        operation.side === "client"
          ? startClientSpan(operation, signals.tracer(), signals.config())
          : startServerSpan(operation, carrier, signals.tracer(), signals.config());
      return activeIn(span.current, {
        event: span.event,
        end(outcome) {
          span.end(outcome);
          measured(outcome, span.current);
        },
      });
    },
    connected(role, self) {
      if (role === "client") return;
      served.connected = true;
      served.version = self?.version ?? served.version;
    },
    openSession: (session) => metrics.sessions.open(session),
    httpExchange: (exchange) => metrics.httpExchange(exchange),
  };
  return { observer, metrics, served };
}

/** An operation in a context; its end is heard once. */
function activeIn(current: Context, { event, end }: Pick<ActiveOperation, "event" | "end">): ActiveOperation {
  let over = false;
  return {
    get carrier() {
      return inject(current);
    },
    run: (fn) => context.with(current, fn),
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

/** A message that is no span of its own still carries its sender's context across. */
const NO_SPAN: Pick<ActiveOperation, "event" | "end"> = { event: () => undefined, end: () => undefined };
