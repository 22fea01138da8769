import type { SeenSpan } from "../support/seen-span.ts";

/**
 * The paths from each trace's root to its leaves, in alphabetical order: `CLIENT ping > SERVER ping`. A span too many, one
 * that is missing and one under the wrong parent all show.
 */
export function chainsOf(spans: readonly SeenSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parents = new Set(spans.map((span) => span.parentSpanId));
  const path = (span: SeenSpan): string => {
    const own = `${span.kind} ${span.name}`;
    if (span.parentSpanId === undefined) return own;
    const parent = byId.get(span.parentSpanId);
    return `${parent === undefined ? "(a parent elsewhere)" : path(parent)} > ${own}`;
  };
  return spans
    .filter((span) => !parents.has(span.spanId))
    .map(path)
    .toSorted();
}

/** What `talk.cjs` is seen as. */
export const CONVERSATION = [
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  "CLIENT tools/call add > SERVER tools/call add",
];
