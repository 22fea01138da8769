import type { JsonObject } from "../../operation/message.ts";

/** What the propagators call the field that names a parent. */
const PARENTS = ["traceparent", "b3", "x-b3-traceid", "uber-trace-id"] as const;
/** What belongs to it. */
const COMPANIONS = [
  "tracestate",
  "baggage",
  "x-b3-spanid",
  "x-b3-parentspanid",
  "x-b3-sampled",
  "x-b3-flags",
];

/** Longer than any of them. */
const MAX_LENGTH = 256;
/** A gateway hands a message on while it works on it, or soon after. */
const MOST = 1000;

/** The latest parents that arrived with messages, the oldest first. */
const arrived = new Set<string>();

/** A message has arrived with this in its `_meta`. */
export function noteArrived(meta: JsonObject): void {
  for (const name of PARENTS) {
    const value = meta[name];
    if (typeof value !== "string" || value.length > MAX_LENGTH) continue;
    arrived.delete(value);
    arrived.add(value);
    if (arrived.size > MOST) for (const oldest of arrived) return void arrived.delete(oldest);
  }
}

/** Whether `_meta` of a message that leaves names a parent that has arrived with another. */
export function handsOn(meta: JsonObject): boolean {
  return arrived.size > 0 && PARENTS.some((name) => arrived.has(meta[name] as string));
}

/** The same without what arrived: the parent, and what belongs to it. */
export function withoutArrived(meta: JsonObject): JsonObject {
  const rest: Record<string, unknown> = { ...meta };
  for (const name of [...PARENTS, ...COMPANIONS]) delete rest[name];
  return rest;
}
