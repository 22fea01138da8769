import { PROVIDER_KEYS } from "./provider-keys.ts";

interface Look {
  readonly beginnings: readonly string[];
  /** Matches from a given position on. */
  readonly pattern: RegExp;
}

/** The length of the shortest beginning. */
const INDEXED = 2;

/** The patterns by their first characters. */
const LOOKS: ReadonlyMap<string, readonly Look[]> = indexed();

/**
 * Where a key may begin. A word can contain one only at its start, so that no run of letters is tried more than once,
 * and every pattern has an upper limit: the time is proportional to the text.
 */
const BEGINNING = new RegExp(
  `(?<![A-Za-z0-9])(?:${[...LOOKS.values()]
    .flat()
    .flatMap(({ beginnings }) => beginnings)
    .filter((beginning, at, all) => !all.some((other, place) => isBefore(other, beginning, place < at)))
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join("|")})`,
  "g",
);

/** Calls `found` with the place of every key that its provider has given a prefix. */
export function findProviderKeys(text: string, found: (start: number, end: number) => void): void {
  BEGINNING.lastIndex = 0;
  for (let match = BEGINNING.exec(text); match !== null; match = BEGINNING.exec(text)) {
    const start = match.index;
    const end = endOfKey(text, start);
    if (end === undefined) {
      BEGINNING.lastIndex = start + 1;
      continue;
    }
    found(start, end);
    BEGINNING.lastIndex = end;
  }
}

function endOfKey(text: string, start: number): number | undefined {
  let end: number | undefined;
  for (const { beginnings, pattern } of LOOKS.get(text.slice(start, start + INDEXED)) ?? []) {
    if (!beginnings.some((beginning) => text.startsWith(beginning, start))) continue;
    pattern.lastIndex = start;
    if (pattern.test(text)) end = Math.max(end ?? 0, pattern.lastIndex);
  }
  return end;
}

function indexed(): Map<string, Look[]> {
  const looks = new Map<string, Look[]>();
  for (const [, beginnings, pattern] of PROVIDER_KEYS) {
    const look: Look = { beginnings, pattern: new RegExp(pattern, "y") };
    for (const first of new Set(beginnings.map((beginning) => beginning.slice(0, INDEXED))))
      looks.set(first, [...(looks.get(first) ?? []), look]);
  }
  return looks;
}

/** Whether one beginning makes another superfluous. */
function isBefore(other: string, beginning: string, earlier: boolean): boolean {
  return beginning.startsWith(other) && (other !== beginning || earlier);
}
