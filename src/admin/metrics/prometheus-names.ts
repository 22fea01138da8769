/**
 * Metric names as Prometheus writes them when the same metric arrives by OTLP, so that one dashboard works for both.
 * The rules are those of its default strategy, `UnderscoreEscapingWithSuffixes`
 * (https://github.com/prometheus/otlptranslator, 1.0), which the Collector's Prometheus exporters share:
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */

/** The kind decides the suffix: `_total` is for a counter, `_ratio` for a gauge. */
export type MetricKind = "counter" | "upDownCounter" | "gauge" | "histogram";

/** UCUM units and their words. A unit that is not listed is used as it is, such as `kBy`. */
const UNITS: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",

  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tibibytes", // sic: when a later translator corrects it, correct it here
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",

  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",

  Cel: "celsius",
  Hz: "hertz",
  "%": "percent",
  "1": "",
};

/** The same after a slash, where `m` is a minute and not a metre. */
const PER_UNITS: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};

/** A metric's name in Prometheus, or undefined where no valid character is left. */
export function metricName(name: string, unit: string, kind: MetricKind): string | undefined {
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== "");
  let [main, per] = unitWords(unit);
  if (tokens.includes(main)) main = "";
  // A unit without a valid character leaves only `per_`.
  per = per === "per_" ? "" : per.replace(/_$/, "");
  if (tokens.includes(per)) per = "";
  if (per !== "") main = main.replace(/_$/, "");
  tokens.push(...[main, per].filter((word) => word !== ""));

  if (kind === "counter") tokens = endingIn("total", tokens);
  // Units of 1 on counters are common and mean "items", so only a gauge becomes a `_ratio`.
  if (kind === "gauge" && unit === "1") tokens = endingIn("ratio", tokens);

  const built = tokens.join("_");
  if (built === "") return undefined;
  return /^[0-9]/.test(built) ? `_${built}` : built;
}

/** The unit as one word, for OpenMetrics' `# UNIT`: `s` is "seconds", `By/s` "bytes_per_second". */
export function unitName(unit: string, kind: MetricKind): string {
  if (unit === "1" && kind === "gauge") return "ratio";
  const words = unitWords(unit).filter((word) => word !== "");
  return words.join("_").replace(/^_/, "").replace(/_$/, "");
}

/**
 * An attribute's name as a label, or undefined where nothing is left of it. Repeated underscores stay, and a single leading
 * one gets a `key` before it: so does Prometheus by default, where the specification would have them folded into one.
 */
export function labelName(attribute: string): string | undefined {
  // By code point: a character outside the basic plane is one underscore, not two.
  const name = attribute.replaceAll(/[^a-zA-Z0-9]/gu, "_");
  if (/^[0-9]/.test(name)) return `key_${name}`;
  if (/^_(?!_)/.test(name)) return `key${name}`;
  return /^_*$/.test(name) ? undefined : name;
}

/** The words for a unit and for its divisor. An annotation, `{request}`, counts things and is not a unit. */
function unitWords(unit: string): [main: string, per: string] {
  const slash = unit.indexOf("/");
  const main = (slash === -1 ? unit : unit.slice(0, slash)).trim();
  const per = slash === -1 ? "" : unit.slice(slash + 1).trim();
  const hasWord = (part: string): boolean => part !== "" && !/[{}]/.test(part);
  return [
    hasWord(main) ? asToken(own(UNITS, main) ?? main) : "",
    hasWord(per) ? asToken(`per_${own(PER_UNITS, per) ?? per}`) : "",
  ];
}

function asToken(word: string): string {
  return word.replaceAll(/[^a-zA-Z0-9:]+/g, "_").replace(/^_/, "");
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function endingIn(suffix: string, tokens: readonly string[]): string[] {
  return [...tokens.filter((token) => token !== suffix), suffix];
}
