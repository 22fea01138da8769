/**
 * Providers for libraries that need them before an SDK exists. Libraries get a tracer, a meter or a logger while
 * their modules load, and keep it; these look up the SDK when they are used, and switch when another SDK takes over.
 */
import type { MeterProvider, Tracer, TracerProvider } from "@opentelemetry/api";
import type { LoggerProvider } from "./api-globals.ts";

/**
 * @param current the current provider, if any
 * @param silent a tracer that records nothing
 * @param beforeSpan called before a span is started for which there is no provider
 */
export function createLateTracerProvider(
  current: () => TracerProvider | undefined,
  silent: () => Tracer,
  beforeSpan: () => void = () => undefined,
): TracerProvider & { getDelegate(): TracerProvider } {
  return {
    // Like the API's own proxy: instrumentations call it to flush, and expect a provider in any case.
    getDelegate: () => current() ?? { getTracer: silent },
    getTracer(...scope) {
      const find = latest(current, (provider) => provider.getTracer(...scope));
      const tracer = (): Tracer => {
        if (current() === undefined) beforeSpan();
        return find() ?? silent();
      };
      return {
        startSpan: (...args) => tracer().startSpan(...args),
        startActiveSpan: (...args: unknown[]) => {
          const real = tracer();
          return Reflect.apply(real.startActiveSpan, real, args) as never;
        },
      };
    },
  };
}

/** @param current the current provider, if any */
export function createLateLoggerProvider(current: () => LoggerProvider | undefined): LoggerProvider {
  return {
    getLogger(...scope) {
      const logger = latest(current, (provider) => provider.getLogger(...scope));
      return {
        emit: (record) => logger()?.emit(record),
        enabled(options) {
          const real = logger();
          return real !== undefined && (real.enabled?.(options) ?? true);
        },
      };
    },
  };
}

/** Creates a tool again when the provider has changed. */
function latest<Provider, Tool>(
  current: () => Provider | undefined,
  make: (provider: Provider) => Tool,
): () => Tool | undefined {
  let madeBy: Provider | undefined;
  let tool: Tool | undefined;
  return () => {
    const provider = current();
    if (provider === madeBy) return tool;
    madeBy = provider;
    tool = provider === undefined ? undefined : make(provider);
    return tool;
  };
}

/** An instrument, a meter or a result, by its methods. */
type Methods = Record<string, (...args: unknown[]) => unknown>;
interface LateInstrument {
  readonly method: string;
  readonly args: unknown[];
  readonly callbacks: Set<unknown>;
  readonly instrument: Methods;
  real?: Methods | undefined;
}

const INSTRUMENTS = [
  "createCounter",
  "createUpDownCounter",
  "createHistogram",
  "createGauge",
  "createObservableCounter",
  "createObservableUpDownCounter",
  "createObservableGauge",
];

export interface LateMeterProvider extends MeterProvider {
  /** Creates the instruments with the current provider. */
  settle(): void;
}

/**
 * Instruments cannot look up their SDK at each measurement as tracers do: the SDK calls the observable ones. So this
 * provider creates all of them again when the SDK changes. An instrument that is created twice is the same one: an
 * application that creates one for each request does not grow.
 */
export function createLateMeterProvider(current: () => MeterProvider | undefined): LateMeterProvider {
  type Scope = Parameters<MeterProvider["getMeter"]>;
  const meterOf = (scope: Scope): Methods | undefined =>
    current()?.getMeter(...scope) as unknown as Methods | undefined;
  const meters = new Map<
    string,
    { readonly scope: Scope; readonly late: ReturnType<typeof createLateMeter> }
  >();
  return {
    getMeter(...scope) {
      const key = JSON.stringify(scope);
      const known = meters.get(key)?.late;
      if (known !== undefined) return known.meter as never;
      const late = createLateMeter(meterOf(scope));
      meters.set(key, { scope, late });
      return late.meter as never;
    },
    settle() {
      for (const { scope, late } of meters.values()) late.settle(meterOf(scope));
    },
  };
}

function createLateMeter(meter: Methods | undefined) {
  const made = new Map<string, LateInstrument>();
  const batches = new Map<
    unknown,
    { readonly translated: unknown; readonly instruments: readonly unknown[] }
  >();
  let real = meter;
  const lateOf = new WeakMap<object, LateInstrument>();
  const realOf = (instrument: unknown): unknown => lateOf.get(instrument as object)?.real ?? instrument;

  function revive(late: LateInstrument): void {
    late.real = real?.[late.method]?.(...late.args) as Methods | undefined;
    for (const callback of late.callbacks) late.real?.["addCallback"]?.(callback);
  }
  function create(method: string, ...args: unknown[]): Methods {
    const key = `${method} ${JSON.stringify(args)}`;
    const known = made.get(key);
    if (known !== undefined) return known.instrument;
    const callbacks = new Set<unknown>();
    const late: LateInstrument = {
      method,
      args,
      callbacks,
      instrument: {
        add: (...values) => late.real?.["add"]?.(...values),
        record: (...values) => late.real?.["record"]?.(...values),
        addCallback(callback) {
          callbacks.add(callback);
          late.real?.["addCallback"]?.(callback);
        },
        removeCallback(callback) {
          callbacks.delete(callback);
          late.real?.["removeCallback"]?.(callback);
        },
      },
    };
    made.set(key, late);
    lateOf.set(late.instrument, late);
    revive(late);
    return late.instrument;
  }
  const addBatch = (translated: unknown, instruments: readonly unknown[]): unknown =>
    real?.["addBatchObservableCallback"]?.(translated, instruments.map(realOf));

  const lateMeter: Methods = {
    ...Object.fromEntries(INSTRUMENTS.map((method) => [method, (...args) => create(method, ...args)])),
    addBatchObservableCallback(callback, instruments) {
      const translated = (result: Methods): unknown =>
        (callback as (result: unknown) => unknown)({
          observe: (instrument: unknown, ...value: unknown[]) =>
            result["observe"]?.(realOf(instrument), ...value),
        });
      batches.set(callback, { translated, instruments: instruments as unknown[] });
      return addBatch(translated, instruments as unknown[]);
    },
    removeBatchObservableCallback(callback, instruments) {
      const translated = batches.get(callback)?.translated;
      batches.delete(callback);
      return real?.["removeBatchObservableCallback"]?.(translated, (instruments as unknown[]).map(realOf));
    },
  };
  return {
    meter: lateMeter,
    settle(next: Methods | undefined) {
      real = next;
      for (const late of made.values()) revive(late);
      for (const { translated, instruments } of batches.values()) addBatch(translated, instruments);
    },
  };
}
