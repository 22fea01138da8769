import { context, type Tracer } from "@opentelemetry/api";
import type { McpConfig } from "../config.ts";
import type { ActiveOperation, OperationObserver } from "../operation/observer.ts";
import { extract, inject } from "./propagation.ts";
import { startClientSpan, startServerSpan } from "./spans.ts";

export interface Signals {
  /** Asked for each operation: an SDK may be registered later than this, or replaced. */
  readonly tracer: () => Tracer;
  readonly config: () => McpConfig;
}

/** Turns operations into telemetry. */
export function createObserver(signals: Signals): OperationObserver {
  return {
    begin(operation, carrier) {
      if (operation.signal !== "span") return contextOnly(operation.side === "server" ? extract(carrier) : context.active());
      return operation.side === "client"
        ? startClientSpan(operation, signals.tracer(), signals.config())
        : startServerSpan(operation, carrier, signals.tracer(), signals.config());
    },
  };
}

/** A message that is no span of its own still carries its sender's context across. */
function contextOnly(current: ReturnType<typeof context.active>): ActiveOperation {
  return {
    get carrier() {
      return inject(current);
    },
    run: (fn) => context.with(current, fn),
    event: () => undefined,
    end: () => undefined,
  };
}
