// Grafana's units, as far as the dashboards have them: a number of so many significant digits, and a word.

const scaled = (steps, digits) => (value) => {
  const [factor, word] = steps.findLast(([from]) => Math.abs(value) >= from) ?? steps[0];
  return `${round(value / factor, digits)}${word}`;
};
const SECONDS = [
  [1e-9, " ns"],
  [1e-6, " µs"],
  [1e-3, " ms"],
  [1, " s"],
  [60, " min"],
  [3600, " hour"],
  [86_400, " day"],
];
const THOUSANDS = [
  [1, ""],
  [1e3, " K"],
  [1e6, " Mil"],
];
const BYTES = [
  [1, " B"],
  [1024, " KiB"],
  [1024 ** 2, " MiB"],
  [1024 ** 3, " GiB"],
];
const BYTES_A_SECOND = [
  [1, " B/s"],
  [1e3, " kB/s"],
  [1e6, " MB/s"],
];
const amount = scaled(THOUSANDS, 3);

const UNITS = {
  short: { text: amount },
  s: { text: (value) => (value === 0 ? "0 s" : scaled(SECONDS, 3)(value)) },
  bytes: { text: scaled(BYTES, 3) },
  Bps: { text: scaled(BYTES_A_SECOND, 3) },
  percent: { text: (value) => `${round(value, 3)}%`, word: "%" },
  percentunit: { text: (value) => `${round(value * 100, 3)}%`, word: "%", factor: 100 },
  reqps: { text: (value) => `${amount(value)} req/s`, word: " req/s" },
  cps: { text: (value) => `${amount(value)} c/s`, word: " c/s" },
  cpm: { text: (value) => `${amount(value)} c/m`, word: " c/m" },
};

/** How a value is written that has this unit and, where that is said, so many decimals. */
export function formatOf(unit, decimals) {
  const { text, word = "", factor = 1 } = UNITS[unit];
  return decimals === undefined ? text : (value) => `${(value * factor).toFixed(decimals)}${word}`;
}

/** Distances of an axis's ticks, where they are not decimal. */
export function ticksOf(unit, decimals) {
  if (decimals === 0) return { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] };
  if (unit !== "bytes") return {};
  return { incrs: Array.from({ length: 34 }, (_, power) => 2 ** power) };
}

function round(value, digits) {
  return String(Number(value.toPrecision(digits)));
}
