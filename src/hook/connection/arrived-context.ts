import type { JsonObject } from "../../operation/message.ts";

/** The fields in which propagators name a parent. */
const PARENTS = ["traceparent", "b3", "x-b3-traceid", "uber-trace-id"] as const;
/** Fields that belong to a parent. */
const COMPANIONS = [
  "tracestate",
  "baggage",
  "x-b3-spanid",
  "x-b3-parentspanid",
  "x-b3-sampled",
  "x-b3-flags",
];

/** Longer than any of these values. */
const MAX_LENGTH = 256;
/** A gateway forwards a message while it handles it, or soon after. */
const MOST = 1000;

/** The latest parents that arrived with messages, the oldest first. */
const arrived = new Set<string>();

/** Remembers the parent in the `_meta` of a message that arrives. */
export function noteArrived(meta: JsonObject): void {
  for (const name of PARENTS) {
    const value = meta[name];
    if (typeof value !== "string" || value.length > MAX_LENGTH) continue;
    arrived.delete(value);
    arrived.add(value);
    if (arrived.size > MOST) for (const oldest of arrived) return void arrived.delete(oldest);
  }
}

/** Whether the `_meta` of an outgoing message names a parent that arrived with another message. */
export function handsOn(meta: JsonObject): boolean {
  return arrived.size > 0 && PARENTS.some((name) => arrived.has(meta[name] as string));
}

/** The same `_meta` without the parent that arrived and without its companion fields. */
export function withoutArrived(meta: JsonObject): JsonObject {
  const rest: Record<string, unknown> = { ...meta };
  for (const name of [...PARENTS, ...COMPANIONS]) delete rest[name];
  return rest;
}
