import { isSameMessage, withoutTraceKeys } from "./trace-keys.ts";
import type { Stretch } from "./record.ts";

/** What differs between a recording made without the preload and one with it; empty when nothing does. */
export function differencesOf(plain: Stretch[], preloaded: Stretch[]): string[] {
  if (plain.length !== preloaded.length)
    return [`${plain.length} ${describe(plain)} without, ${preloaded.length} ${describe(preloaded)} with`];
  return plain.flatMap((before, at) => {
    const after = preloaded[at] as Stretch;
    if (before.name !== after.name) return [`"${before.name}" without, "${after.name}" with`];
    if (before.lines.length !== after.lines.length)
      return [`${before.name}: ${before.lines.length} lines without, ${after.lines.length} with`];
    const other = before.lines.findIndex((line, n) => !isSameMessage(line, after.lines[n] as string));
    return other < 0 ? [] : [`${before.name}: ${before.lines[other]} without, ${after.lines[other]} with`];
  });
}

function describe(record: Stretch[]): string {
  return `(${record.map(({ name }) => name).join(", ")})`;
}

/** How many messages carried a trace: 0 would mean that there was nothing to compare. */
export function tracedIn(record: Stretch[]): number {
  return record.flatMap(({ lines }) => lines).filter((line) => withoutTraceKeys(line).length > 0).length;
}
