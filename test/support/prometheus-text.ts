/**
 * Reads a metrics page the way a strict Prometheus would, and throws at the first thing that is not allowed. Written from
 * the two formats' descriptions and not from what the page happens to be:
 * https://prometheus.io/docs/instrumenting/exposition_formats/ and
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export interface ParsedFamily {
  name: string;
  type: string;
  help?: string;
  unit?: string;
  samples: ParsedSample[];
}

export interface ParsedSample {
  name: string;
  labels: Record<string, string>;
  value: number;
  exemplar?: { labels: Record<string, string>; value: number; timestamp: number };
}

/** Which samples a family of a type may have, by what comes after its name. In plain text a counter's name has the suffix. */
const SUFFIXES: Record<string, { text: string[]; openMetrics: string[] }> = {
  counter: { text: [""], openMetrics: ["_total", "_created"] },
  gauge: { text: [""], openMetrics: [""] },
  histogram: { text: ["_bucket", "_sum", "_count"], openMetrics: ["_bucket", "_sum", "_count", "_created"] },
  info: { text: [], openMetrics: ["_info"] },
  unknown: { text: [], openMetrics: [""] },
};

export function parsePrometheusText(page: string, { openMetrics = false } = {}): ParsedFamily[] {
  const lines = page.split("\n");
  if (lines.pop() !== "") throw new Error("the last line does not end");
  if (openMetrics && lines.pop() !== "# EOF") throw new Error("# EOF is not the last line");
  const families: ParsedFamily[] = [];
  const series = new Set<string>();

  for (const [index, line] of lines.entries()) {
    const fail = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`);
    };
    const about = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (about !== null) {
      const [, what = "", name = "", text = ""] = about;
      if (families.at(-1)?.name !== name || families.at(-1)?.samples.length !== 0) {
        if (families.some((family) => family.name === name)) fail("its family has ended");
        families.push({ name, type: "", samples: [] });
      }
      const family = families.at(-1) as ParsedFamily;
      const key = what.toLowerCase() as "help" | "type" | "unit";
      if (family[key]) fail("said twice");
      if (key === "type" && !SUFFIXES[text]?.[openMetrics ? "openMetrics" : "text"].length)
        fail("no such type");
      if (key === "unit" && !(openMetrics && name.endsWith(`_${text}`)))
        fail("a unit that the name does not have");
      family[key] = key === "help" ? unescape(text, fail) : text;
    } else if (line.startsWith("#")) {
      if (openMetrics) fail("a comment");
    } else {
      const sample = parseSample(line, openMetrics, fail);
      const family = families.at(-1) ?? fail("no family");
      const allowed = SUFFIXES[family.type]?.[openMetrics ? "openMetrics" : "text"] ?? [];
      if (!allowed.some((suffix) => sample.name === family.name + suffix)) fail(`not one of ${family.name}`);
      const id = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
      if (series.has(id)) fail("the same series again");
      series.add(id);
      if (family.type === "counter" && !(sample.value >= 0)) fail("a counter below zero");
      family.samples.push(sample);
    }
  }
  for (const family of families) checkFamily(family);
  return families;
}

function parseSample(line: string, openMetrics: boolean, fail: (why: string) => never): ParsedSample {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0] ?? fail("no name");
  let rest = line.slice(name.length);
  let labels: Record<string, string> = {};
  if (rest.startsWith("{")) [labels, rest] = parseLabels(rest, fail);
  const [value = "", exemplarText, ...more] = rest.split(" # ");
  if (more.length > 0 || !/^ \S+$/.test(value)) fail("not one value");
  const sample: ParsedSample = { name, labels, value: parseNumber(value.slice(1), fail) };
  if (exemplarText === undefined) return sample;

  if (!openMetrics || !/(_bucket|_total)$/.test(name)) fail("no place for an exemplar");
  const [exemplarLabels, numbers] = parseLabels(exemplarText, fail);
  const [, number = "", timestamp = ""] = numbers.split(" ");
  const size = Object.entries(exemplarLabels).flat().join("").length;
  if (size > 128) fail("an exemplar's labels may have 128 characters");
  const exemplar = {
    labels: exemplarLabels,
    value: parseNumber(number, fail),
    timestamp: parseNumber(timestamp, fail),
  };
  return { ...sample, exemplar };
}

function parseLabels(text: string, fail: (why: string) => never): [Record<string, string>, rest: string] {
  const pattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,(?=[a-zA-Z_])|\})/y;
  const labels: Record<string, string> = {};
  pattern.lastIndex = 1;
  for (;;) {
    const [, name, value = "", end] = pattern.exec(text) ?? fail("no label");
    if (name === undefined || Object.hasOwn(labels, name)) return fail("a label twice");
    if (value === "") fail("an empty label");
    labels[name] = unescape(value, fail);
    if (end === "}") return [labels, text.slice(pattern.lastIndex)];
  }
}

function parseNumber(text: string, fail: (why: string) => never): number {
  if (text === "NaN") return Number.NaN;
  if (/^[+-]Inf$/.test(text)) return text === "+Inf" ? Infinity : -Infinity;
  return /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/.test(text) ? Number(text) : fail("no number");
}

function unescape(text: string, fail: (why: string) => never): string {
  return text.replaceAll(/\\(.?)/g, (_, char: string) =>
    char === "n" ? "\n" : /["\\]/.test(char) ? char : fail("a stray backslash"),
  );
}

function checkFamily({ name, type, samples }: ParsedFamily): void {
  if (type === "" || samples.length === 0) throw new Error(`${name} has no type or no samples`);
  if (type !== "histogram") return;
  for (const [labels, of] of seriesOf(samples)) {
    const buckets = of.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le = "" } }) => (le === "+Inf" ? Infinity : Number(le)));
    const rises = (numbers: number[], strictly: boolean): boolean =>
      numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? 0) || (!strictly && n === numbers[i - 1]));
    if (!rises(bounds, true) || bounds.at(-1) !== Infinity)
      throw new Error(`${name}{${labels}}: bounds ${bounds.join()}`);
    const counts = buckets.map(({ value }) => value);
    if (!rises(counts, false)) throw new Error(`${name}{${labels}}: counts fall, ${counts.join()}`);
    const count = of.find((sample) => sample.name === `${name}_count`);
    if (count !== undefined && count.value !== counts.at(-1))
      throw new Error(`${name}{${labels}}: another count`);
  }
}

/** The samples of each series of a histogram, by its labels without `le`. */
function seriesOf(samples: ParsedSample[]): Map<string, ParsedSample[]> {
  const found = new Map<string, ParsedSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    found.set(key, [...(found.get(key) ?? []), sample]);
  }
  return found;
}
