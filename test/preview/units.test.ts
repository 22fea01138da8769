// How the preview writes values: wrong here, and a picture would mislead about a dashboard that is right.
import { expect, it } from "vitest";
import { dashboards, panelsOf } from "../collector/dashboards.ts";

interface Units {
  formatOf(unit: string, decimals?: number): (value: number) => string;
  ticksOf(unit: string, decimals?: number): { incrs?: number[] };
}
const { formatOf, ticksOf } = (await import(new URL("page/units.mjs", import.meta.url).href)) as Units;

it.each([
  ["short", undefined, 1234, "1.23 K"],
  ["s", undefined, 0.0332, "33.2 ms"],
  ["s", undefined, 5400, "1.5 hour"],
  ["s", undefined, 0, "0 s"],
  ["bytes", undefined, 536_870_912, "512 MiB"],
  ["Bps", undefined, 48_800, "48.8 kB/s"],
  ["percent", undefined, 5.4712, "5.47%"],
  ["percentunit", undefined, 0.0444, "4.44%"],
  ["percentunit", 3, 0.949_332, "94.933%"],
  ["reqps", 2, 0.337, "0.34 req/s"],
  ["cpm", undefined, 33.31, "33.3 c/m"],
])("%s with decimals %s: %s is %s", (unit, decimals, value, text) => {
  expect(formatOf(unit, decimals)(value)).toBe(text);
});

it("knows every unit of the dashboards", () => {
  const units = new Set(
    dashboards.flatMap(panelsOf).map(({ fieldConfig }) => fieldConfig.defaults.unit ?? ""),
  );

  for (const unit of units) expect(formatOf(unit)(1), unit).toMatch(/^1|^100%/);
});

it("puts ticks at powers of two where bytes are, and never between whole things", () => {
  expect(ticksOf("bytes").incrs).toContain(128 * 1024 * 1024);
  expect(ticksOf("short", 0).incrs?.every(Number.isInteger)).toBe(true);
});
