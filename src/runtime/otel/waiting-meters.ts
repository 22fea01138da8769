import {
  createNoopMeter,
  metrics,
  type BatchObservableCallback,
  type Meter,
  type MeterProvider,
  type Observable,
} from "@opentelemetry/api";
import { holderOf, yieldSlots } from "./slots.ts";

/**
 * The metrics API gives out instruments that stay silent for ever where no SDK has been set up yet. Applications make theirs
 * while their modules load, and ours waits for the end of that: until then this provider stands in the slot. Its instruments
 * come alive when a real one takes its place, ours or anybody's, and move on when another takes over.
 */
export interface WaitingMeters {
  /** Whether nobody has come so far. */
  waiting(): boolean;
  /** Moves the instruments to whoever measures from now on. */
  settle(): void;
}

type Settle = (provider: MeterProvider) => void;
type Callback = (...args: unknown[]) => void;
/** An instrument, or a meter, by the methods that it has. */
type Methods = Record<string, (...args: unknown[]) => unknown>;

const SYNCHRONOUS = ["createCounter", "createUpDownCounter", "createHistogram", "createGauge"];
const OBSERVABLE = ["createObservableCounter", "createObservableUpDownCounter", "createObservableGauge"];

/** Fills the slot, unless somebody has. */
export function waitForMeters(): WaitingMeters {
  const settling: Settle[] = [];
  const provider: MeterProvider = {
    getMeter(...name) {
      const meter = createWaitingMeter();
      settling.push((real) => meter.settle(real.getMeter(...name)));
      return meter.meter;
    },
  };
  if (holderOf("metrics") !== undefined || !metrics.setGlobalMeterProvider(provider))
    return { waiting: () => false, settle: () => undefined };
  const settleAll = (): void => {
    for (const settle of settling) settle(holderOf("metrics") as MeterProvider);
  };
  yieldSlots(new Set(["metrics"]), [], settleAll);
  return { waiting: () => holderOf("metrics") === provider, settle: settleAll };
}

function createWaitingMeter(): { readonly meter: Meter; settle(real: Meter): void } {
  const settling: ((real: Methods) => void)[] = [];
  let settled: Methods | undefined;
  /** The real instrument behind each of ours, once there is one. */
  const behind = new Map<object, object>();
  const later = (work: (real: Methods) => void): void => {
    settling.push(work);
    if (settled !== undefined) work(settled);
  };

  function create(method: string, methods: (real: () => Methods | undefined) => Methods): Callback {
    return (...args) => {
      let real: Methods | undefined;
      const instrument = methods(() => real);
      later((meter) => {
        real = meter[method]?.(...args) as Methods;
        behind.set(instrument, real);
      });
      return instrument;
    };
  }
  const synchronous = (real: () => Methods | undefined): Methods => ({
    add: (...args) => real()?.["add"]?.(...args),
    record: (...args) => real()?.["record"]?.(...args),
  });
  const observable = (real: () => Methods | undefined): Methods => ({
    addCallback: (callback) => later(() => real()?.["addCallback"]?.(callback)),
    removeCallback: (callback) => later(() => real()?.["removeCallback"]?.(callback)),
  });

  const batches = new Map<BatchObservableCallback, BatchObservableCallback>();
  const real = (instrument: Observable): Observable => (behind.get(instrument) ?? instrument) as Observable;
  const meter = {
    ...Object.fromEntries(SYNCHRONOUS.map((method) => [method, create(method, synchronous)])),
    ...Object.fromEntries(OBSERVABLE.map((method) => [method, create(method, observable)])),
    addBatchObservableCallback(callback: BatchObservableCallback, instruments: Observable[]) {
      const translated: BatchObservableCallback = (result) =>
        callback({ observe: (instrument, ...value) => result.observe(real(instrument), ...value) });
      batches.set(callback, translated);
      later((to) => to["addBatchObservableCallback"]?.(translated, instruments.map(real)));
    },
    removeBatchObservableCallback(callback: BatchObservableCallback, instruments: Observable[]) {
      const translated = batches.get(callback) ?? callback;
      later((to) => to["removeBatchObservableCallback"]?.(translated, instruments.map(real)));
    },
  };
  return {
    meter: meter as unknown as Meter,
    settle(to) {
      settled = to as unknown as Methods;
      for (const work of settling) work(settled);
    },
  };
}

/** For those who are not to wait, since they ask again. */
export const NO_METERS: MeterProvider = { getMeter: () => createNoopMeter() };
