import * as ourApi from "@opentelemetry/api";
import type { ContextManager, MeterProvider, TextMapPropagator, TracerProvider } from "@opentelemetry/api";
import { loadOfSdk } from "./packages.ts";
import { forwardLater, holderOf, yieldSlots, type LogsApi, type Slot } from "./slots.ts";

/** A provider of the SDK's, as far as its end is concerned. */
export interface Flushable {
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** What an SDK is made of: what it would put into the API's slots. */
export interface Components {
  readonly trace?: TracerProvider & Flushable;
  readonly metrics?: MeterProvider & Flushable;
  readonly logs?: object & Flushable;
  readonly context?: ContextManager;
  readonly propagation?: TextMapPropagator;
}

/** How the API calls the filling of its slots, as the SDK sees it: it may use another copy of the API than we do. */
type Setters = Readonly<Record<Slot, readonly [owner: object, method: string]>>;
type Method = (component: unknown) => unknown;

/** A package of its own up to the 2.x line, a part of the API from then on. */
function logsApi(): { readonly logs: object; readonly apart: boolean } {
  const { logs } = loadOfSdk("@opentelemetry/api") as { logs?: object };
  return logs === undefined
    ? { logs: loadOfSdk("@opentelemetry/api-logs").logs, apart: true }
    : { logs, apart: false };
}

function setters(): Setters {
  const api = loadOfSdk("@opentelemetry/api");
  const { logs } = logsApi();
  return {
    trace: [api.trace, "setGlobalTracerProvider"],
    metrics: [api.metrics, "setGlobalMeterProvider"],
    logs: [logs, "setGlobalLoggerProvider"],
    context: [api.context, "setGlobalContextManager"],
    propagation: [api.propagation, "setGlobalPropagator"],
  };
}

/**
 * Runs code that would register an SDK, and hands over its components instead: what of them is to be registered depends on
 * what others have registered, and the SDK knows but all or nothing.
 */
export function capturing(start: () => void): Components {
  const captured: Partial<Record<Slot, unknown>> = {};
  const restore = Object.entries(setters()).map(([slot, [owner, method]]) => {
    const own = Object.getOwnPropertyDescriptor(owner, method);
    const capture: Method = (component) => {
      captured[slot as Slot] = component;
      return slot === "logs" ? component : true;
    };
    Object.defineProperty(owner, method, { value: capture, configurable: true, writable: true });
    return (): void => {
      if (own === undefined) Reflect.deleteProperty(owner, method);
      else Object.defineProperty(owner, method, own);
    };
  });
  try {
    start();
  } finally {
    for (const undo of restore) undo();
  }
  return captured as Components;
}

/** What the API hands out as long as there is no provider. */
interface WaitingTracers {
  setDelegate?(provider: TracerProvider): void;
}
interface WaitingLogs {
  getLoggerProvider(): { _setDelegate?(provider: object): void };
}

/** Fills the slots that nobody has taken. @returns which */
export function fillSlots(components: Components, taken: ReadonlySet<Slot>): ReadonlySet<Slot> {
  const filled = new Set<Slot>();
  // The 3.x line has a copy of the API for each module format. A tracer or logger that an ECMAScript module took before
  // looks for its provider in that copy alone.
  const { logs } = ourApi as { readonly logs?: WaitingLogs };
  if (components.trace !== undefined && !taken.has("trace"))
    (ourApi.trace.getTracerProvider() as WaitingTracers).setDelegate?.(components.trace);
  if (components.logs !== undefined && !taken.has("logs"))
    logs?.getLoggerProvider()._setDelegate?.(components.logs);
  for (const [slot, [owner, method]] of Object.entries(setters()) as [Slot, Setters[Slot]][]) {
    const component = components[slot];
    if (component === undefined || taken.has(slot)) continue;
    (owner as Record<string, Method>)[method]?.(component);
    filled.add(slot);
  }
  return filled;
}

/**
 * Gives way to an SDK that comes later, signal by signal: what libraries got from ours then goes to theirs, and spans that
 * are open here still end here.
 * @param yielded told of each slot that is theirs now
 * @param kept the name of those who go on with ours
 */
export function giveWay(
  components: Components,
  filled: ReadonlySet<Slot>,
  yielded: (slot: Slot) => void,
  kept?: string,
): void {
  const forward: Partial<Record<Slot, (successor: object) => void>> = {
    ...(components.trace && { trace: forwardLater(components.trace, ["getTracer", "startSpan"], kept) }),
    ...(components.logs && { logs: forwardLater(components.logs, ["getLogger", "emit"], kept) }),
  };
  const { logs, apart } = logsApi();
  yieldSlots(filled, apart ? [logs as LogsApi] : [], (slot) => {
    const successor = holderOf(slot);
    if (typeof successor === "object" && successor !== null) forward[slot]?.(successor);
    yielded(slot);
  });
}

/** Sends what the SDK of somebody else has queued; it goes on living, and what becomes of it is its own affair. */
export async function flushOthers(ours: Components = {}): Promise<void> {
  const own = new Set<unknown>(Object.values(ours));
  const providers = SIGNALS.map((slot) => behindProxy(holderOf(slot)));
  const others = providers.filter((provider) => provider !== undefined && !own.has(provider));
  await Promise.all(
    others.map(async (provider) => {
      try {
        await provider?.forceFlush?.();
      } catch (error) {
        ourApi.diag.warn("mcp-otelkit: flushing the OpenTelemetry SDK of this process failed", error);
      }
    }),
  );
}

export const SIGNALS = ["trace", "metrics", "logs"] as const;

/** What the API keeps of a tracer provider is a proxy. */
function behindProxy(holder: unknown): Flushable | undefined {
  const proxy = holder as { getDelegate?(): Flushable } | undefined;
  return proxy?.getDelegate?.() ?? (holder as Flushable | undefined);
}
