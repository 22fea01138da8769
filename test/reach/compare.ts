/**
 * Lines of a traced conversation that are not in a plain one, or the reverse. None where it is the same, byte for byte, as one of
 * the plain ones. Where these differ among themselves, the same is forgiven: dates, numbers and ids in a line, the order of the
 * lines, and as many other lines as they do not share.
 */
export function differingLines(plain: readonly string[], traced: string): string[] {
  if (plain.includes(traced)) return [];
  const [first = "", ...others] = plain;
  if (others.every((other) => other === first)) return between(linesOf(first), linesOf(traced));
  const runs = plain.map((text) => linesOf(text).map(masked));
  const mine = linesOf(traced).map(masked);
  const found =
    runs.map((run) => between(run, mine)).toSorted((one, other) => one.length - other.length)[0] ?? [];
  const forgiven = Math.max(...runs.map((run) => between(runs[0] ?? [], run).length));
  return found.length <= forgiven ? [] : found;
}

function linesOf(text: string): string[] {
  return text.split("\n");
}

function masked(line: string): string {
  return line
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "<id>")
    .replaceAll(/\b[0-9a-f]{12,}\b/gi, "<id>")
    .replaceAll(/\d+/g, "0");
}

/** Lines of which one has more than the other, whatever their order. */
function between(one: readonly string[], other: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of one) counts.set(line, (counts.get(line) ?? 0) - 1);
  for (const line of other) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].flatMap(([line, count]) =>
    count === 0 ? [] : [`${count < 0 ? "missing" : "new"}: ${line}`],
  );
}
