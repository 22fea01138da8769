import type { Attributes, Counter, ObservableResult } from "@opentelemetry/api";

/**
 * Counts by attributes, for a synchronous counter of the SDK. A series of an observable counter would start when it
 * is first exported, so that `increase` never sees the calls before; in a process that lives for ten seconds, that is
 * all of them.
 */
export interface CounterTable {
  add(amount: number, ...values: string[]): void;
  /** Creates a series before its first count: `rate` needs a zero to start from. */
  show(...values: string[]): void;
  /** Counts with this counter from now on, including the counts that no SDK has received. */
  bind(counter: Counter): void;
  /** Without an SDK that measures: counts are kept for a later one. */
  unbind(): void;
}

interface Row {
  readonly attributes: Attributes;
  /** Counts that no SDK has received. */
  waiting: number;
}

/** @param names the attributes for the values of `add`, in order */
export function createCounterTable(names: readonly string[]): CounterTable {
  const rows = new Map<string, Row>();
  let counter: Counter | undefined;

  function add(amount: number, ...values: string[]): void {
    const key = values.join("\u0000");
    let row = rows.get(key);
    if (row === undefined) {
      row = { attributes: attributesOf(names, values), waiting: 0 };
      rows.set(key, row);
    }
    if (counter === undefined) row.waiting += amount;
    else counter.add(amount, row.attributes);
  }

  if (names.length === 0) add(0);
  return {
    add,
    show(...values) {
      if (!rows.has(values.join("\u0000"))) add(0, ...values);
    },
    bind(next) {
      counter = next;
      for (const row of rows.values()) {
        next.add(row.waiting, row.attributes);
        row.waiting = 0;
      }
    },
    unbind() {
      counter = undefined;
    },
  };
}

/** Current numbers by attributes, read when metrics are collected. */
export interface LevelTable {
  add(amount: number, ...values: string[]): void;
  readonly observe: (result: ObservableResult) => void;
}

/** @param names the attributes for the values of `add`, in order */
export function createLevelTable(names: readonly string[]): LevelTable {
  const rows = new Map<string, { readonly attributes: Attributes; value: number }>();
  return {
    add(amount, ...values) {
      const key = values.join("\u0000");
      const row = rows.get(key);
      if (row !== undefined) row.value += amount;
      else rows.set(key, { attributes: attributesOf(names, values), value: amount });
    },
    observe(result) {
      for (const { attributes, value } of rows.values()) result.observe(value, attributes);
    },
  };
}

function attributesOf(names: readonly string[], values: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}
