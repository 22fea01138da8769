import { METHODS } from "./methods.ts";

/** Kinds of names that arrive from a peer, who may invent them. */
export type NameKind = "tool" | "prompt" | "method";

export interface KnownNames {
  /** True once this process has seen the name registered, listed or successfully used. */
  has(kind: NameKind, name: string): boolean;
  /** Takes a name in; refused past the cap and for names longer than {@link MAX_NAME_LENGTH}. */
  learn(kind: NameKind, name: unknown): void;
}

/** A longer name is never a span name or a metric attribute. */
export const MAX_NAME_LENGTH = 128;

/**
 * How many names of a kind a process believes in. A registry of a thousand tools is a large one; a peer that lists
 * more is a mistake or an attack, and a metric with that many series is of no use either way.
 */
const CAPS: Readonly<Record<NameKind, number>> = { tool: 1000, prompt: 1000, method: 100 };

/** Cardinality is a security property: only names that passed here become span names and metric attributes. */
export function createKnownNames(caps: Readonly<Record<NameKind, number>> = CAPS): KnownNames {
  const names: Record<NameKind, Set<string>> = { tool: new Set(), prompt: new Set(), method: new Set() };
  return {
    has: (kind, name) => names[kind].has(name) || (kind === "method" && METHODS.has(name)),
    learn(kind, name) {
      if (typeof name !== "string" || name.length === 0 || name.length > MAX_NAME_LENGTH) return;
      if (names[kind].size < caps[kind]) names[kind].add(name);
    },
  };
}
