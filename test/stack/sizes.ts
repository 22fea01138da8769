// `npm run bench -- stack sizes`: from measured costs to the needs of a number of calls. docs/scale.md has its table,
// and a test compares the two.
import { parseArgs } from "node:util";

/** Each of them is printed by `bench:stack -- gateways` or `bench:stack -- bytes`. */
export interface Measured {
  /** Tool calls that one second of a gateway's core takes. */
  readonly callsPerCore: number;
  /** OTLP of a call's spans and lines, as it comes from the process, and compressed. */
  readonly plain: number;
  readonly gzip: number;
  /** On disk, a call. */
  readonly traces: number;
  readonly logs: number;
  /** Of one process. */
  readonly series: number;
}

export const MEASURED_NAMES = [
  "callsPerCore",
  "plain",
  "gzip",
  "traces",
  "logs",
  "series",
] as const satisfies readonly (keyof Measured)[];

const RATES = [1_000, 100_000, 10_000_000];
/** A gateway that is to catch up after an outage may not be busy all the time. */
const BUSY = 0.6;
const CORES_EACH = 4;
/** Of one server's process, for the number of series. */
const CALLS_OF_A_PROCESS = 100;
const DAY = 86_400;
const TRACE_DAYS = 7;
const LOG_DAYS = 31;
const KAFKA_HOURS = 2;

/** The measurement that the row needs, its name, and its formula. */
type Row = readonly [keyof Measured | undefined, string, (rate: number) => string];

/** Rows for what was measured, and no others. */
export function sizesOf(measured: Partial<Measured>): string {
  const { callsPerCore = 0, plain = 0, gzip = 0, traces = 0, logs = 0, series = 0 } = measured;
  const cores = (rate: number): number => Math.ceil(rate / callsPerCore / BUSY);
  const rows: readonly Row[] = [
    [undefined, "spans, and log lines, a second", (rate) => `${count(2 * rate)} each`],
    ["callsPerCore", `gateway cores, ${BUSY * 100} % busy`, (rate) => count(cores(rate))],
    [
      "callsPerCore",
      `gateways of ${CORES_EACH} cores`,
      (rate) => count(Math.max(2, Math.ceil(cores(rate) / CORES_EACH))),
    ],
    ["plain", "into the gateways, plain", (rate) => `${size(rate * plain)}/s`],
    ["gzip", "into the gateways, gzip", (rate) => `${size(rate * gzip)}/s`],
    [
      "gzip",
      `Kafka, ${KAFKA_HOURS} hours in three copies`,
      (rate) => size(rate * gzip * KAFKA_HOURS * 3600 * 3),
    ],
    ["traces", `traces, ${TRACE_DAYS} days, all`, (rate) => size(rate * traces * DAY * TRACE_DAYS)],
    ["traces", `traces, ${TRACE_DAYS} days, 1 %`, (rate) => size((rate * traces * DAY * TRACE_DAYS) / 100)],
    ["logs", `logs, ${LOG_DAYS} days`, (rate) => size(rate * logs * DAY * LOG_DAYS)],
    [
      "series",
      `series, ${CALLS_OF_A_PROCESS} calls a second a process`,
      (rate) => count(Math.ceil(rate / CALLS_OF_A_PROCESS) * series),
    ],
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["tool calls a second", ...RATES.map(count)]),
    line(["---", ...RATES.map(() => "--:")]),
    ...rows
      .filter(([needs]) => needs === undefined || measured[needs] !== undefined)
      .map(([, what, of]) => line([what, ...RATES.map(of)])),
  ].join("\n");
}

export function sizes(words: readonly string[]): void {
  const { values } = parseArgs({
    args: [...words],
    options: Object.fromEntries(MEASURED_NAMES.map((name) => [name, { type: "string" } as const])),
  });
  const given = values as Readonly<Record<string, string | undefined>>;
  const measured = MEASURED_NAMES.filter((name) => given[name] !== undefined).map(
    (name) => [name, Number(given[name])] as const,
  );
  const bad = measured.filter(([, value]) => !(value > 0));
  if (bad.length > 0) console.log(`no number: ${bad.map(([name]) => `--${name}`).join(" ")}`);
  else console.log(sizesOf(Object.fromEntries(measured)));
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** With two significant digits: what was measured has no more. */
function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** step).toPrecision(2)).toLocaleString("en-US")} ${units[step]}`;
}
