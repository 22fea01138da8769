import type { Attributes, Counter, ObservableResult } from "@opentelemetry/api";

/**
 * Counts by attributes, for a counter of the SDK's. A synchronous one: a series of an observable counter starts when it is first
 * exported, so that `increase` never sees the calls before, which in a process that lives for ten seconds are all of them.
 */
export interface CounterTable {
  add(amount: number, ...values: string[]): void;
  /** Makes a series visible before its first count: whoever asks for its rate needs a zero to start from. */
  show(...values: string[]): void;
  /** Counts with this counter from now on, what no SDK has heard of yet included. */
  bind(counter: Counter): void;
  /** There is no SDK, or none that measures: what is counted is kept for one that comes. */
  unbind(): void;
}

interface Row {
  readonly attributes: Attributes;
  /** What no SDK has heard of. */
  waiting: number;
}

/** @param names the attributes that `add`'s values stand for, in order */
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

/** How many there are of something by now, by attributes: read when metrics are collected. */
export interface LevelTable {
  add(amount: number, ...values: string[]): void;
  readonly observe: (result: ObservableResult) => void;
}

/** @param names the attributes that `add`'s values stand for, in order */
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
