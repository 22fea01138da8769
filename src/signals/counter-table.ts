import type { Attributes, ObservableResult } from "@opentelemetry/api";

/** Counts by attributes, kept in a small table and read when metrics are collected: a call costs one look-up. */
export interface Tally {
  add(amount: number, ...values: string[]): void;
  readonly observe: (result: ObservableResult) => void;
}

/** @param names the attributes that `add`'s values stand for, in order */
export function createTally(names: readonly string[]): Tally {
  const rows = new Map<string, { readonly attributes: Attributes; value: number }>();
  return {
    add(amount, ...values) {
      const key = values.join("\u0000");
      const row = rows.get(key);
      if (row !== undefined) row.value += amount;
      else
        rows.set(key, {
          attributes: Object.fromEntries(names.map((name, index) => [name, values[index]])),
          value: amount,
        });
    },
    observe(result) {
      for (const { attributes, value } of rows.values()) result.observe(value, attributes);
    },
  };
}
