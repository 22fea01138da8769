import { parsePrometheusText, type ParsedFamily, type ParsedSample } from "./prometheus-text.ts";
import { patience } from "./patience.ts";

/** A metrics page, as a strict parser reads it. */
export interface Page {
  readonly families: readonly ParsedFamily[];
  family(name: string): ParsedFamily | undefined;
  /** The samples of that name that have these labels, among others. */
  samples(name: string, labels?: Readonly<Record<string, string>>): ParsedSample[];
  /** Their sum; `undefined` where there are none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

export function pageOf(text: string, options: { openMetrics?: boolean } = {}): Page {
  const families = parsePrometheusText(text, options);
  const samples: Page["samples"] = (name, labels = {}) =>
    families
      .flatMap((family) => family.samples)
      .filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
  return {
    families,
    family: (name) => families.find((family) => family.name === name),
    samples,
    value(name, labels) {
      const found = samples(name, labels);
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

/** Asks again until it is so. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isSo: (answer: T) => boolean,
  timeoutMs = patience(5_000),
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await new Promise((resolve) => setImmediate(resolve)); // what is waited for may come to this very process
    if (Date.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${JSON.stringify(answer)?.slice(0, 2000)}`);
  }
}
