import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  labelName,
  metricName,
  unitName,
  type MetricKind,
} from "../../src/admin/metrics/prometheus-names.ts";

/** The results of Prometheus's own translator for the same names. */
const golden = JSON.parse(readFileSync(new URL("golden/prometheus-names.json", import.meta.url), "utf8")) as {
  metrics: { name: string; unit: string; kind: MetricKind; prometheus: string }[];
  labels: Record<string, string>;
};

describe("names are those that Prometheus gives to the same metrics by OTLP", () => {
  test.each(golden.metrics)("$kind $name in '$unit' is $prometheus", ({ name, unit, kind, prometheus }) => {
    expect(metricName(name, unit, kind) ?? "").toBe(prometheus);
  });

  test.each(Object.entries(golden.labels))("attribute %s is label %s", (attribute, label) => {
    expect(labelName(attribute) ?? "").toBe(label);
  });
});

test.each([
  ["s", "gauge", "seconds"],
  ["By/s", "gauge", "bytes_per_second"],
  ["/s", "gauge", "per_second"],
  ["1", "gauge", "ratio"],
  ["1", "counter", ""],
  ["{call}", "counter", ""],
] as const)("unit '%s' of a %s is '%s'", (unit, kind, word) => {
  expect(unitName(unit, kind)).toBe(word);
});
