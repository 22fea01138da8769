import { OTHER } from "../semconv.ts";
import { METHODS } from "./methods.ts";

/** Kinds of names that arrive from a peer, who may invent them: protocol revisions and JSON-RPC error codes as well. */
export type NameKind = "tool" | "prompt" | "resource" | "method" | "revision" | "code";

/** Why something was not recorded as it came. Values of `reason` on `mcp.telemetry.suppressed`. */
export type SuppressionReason = "unknown_name" | "name_refused" | "value_cut" | "too_long";

export interface KnownNames {
  /** True once this process has seen the name registered, listed or successfully used. */
  has(kind: NameKind, name: string): boolean;
  /** Takes a name in; refused past the cap and for names longer than {@link MAX_NAME_LENGTH}. */
  learn(kind: NameKind, name: unknown): void;
  /** The name as a metric attribute: itself if it is known, else `_OTHER`, counted. */
  bounded(kind: NameKind, name: string): string;
  /** The same, for names that nobody registers or lists: a bounded number is taken in as they come. */
  admitted(kind: "revision" | "code", name: string): string;
  /** Counts something that was kept out of telemetry. */
  suppress(reason: SuppressionReason): void;
  readonly suppressed: ReadonlyMap<SuppressionReason, number>;
}

/** A longer name is never a span name or a metric attribute. */
export const MAX_NAME_LENGTH = 128;

/**
 * How many names of a kind a process believes in. A registry of a thousand tools is a large one; a peer that lists
 * more is a mistake or an attack, and a metric with that many series is of no use either way.
 */
const CAPS: Readonly<Record<NameKind, number>> = {
  tool: 1000,
  prompt: 1000,
  resource: 1000,
  method: 100,
  revision: 10,
  code: 50,
};

/** Published so far. A peer that uses up the room for later ones does not displace these. */
const REVISIONS: ReadonlySet<string> = new Set([
  "2024-10-07",
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  "2025-11-25",
  "2026-07-28",
]);

/** What the protocol itself names is known from the start. */
const FROM_THE_START: { readonly [K in NameKind]?: { has(name: string): boolean } } = {
  method: METHODS,
  revision: REVISIONS,
};

/** Cardinality is a security property: only names that passed here become span names and metric attributes. */
export function createKnownNames(lower: Readonly<Partial<Record<NameKind, number>>> = {}): KnownNames {
  const caps = { ...CAPS, ...lower };
  const names: Record<NameKind, Set<string>> = {
    tool: new Set(),
    prompt: new Set(),
    resource: new Set(),
    method: new Set(),
    revision: new Set(),
    code: new Set(),
  };
  const suppressed = new Map<SuppressionReason, number>();
  const has = (kind: NameKind, name: string): boolean =>
    names[kind].has(name) || FROM_THE_START[kind]?.has(name) === true;
  const suppress = (reason: SuppressionReason): void =>
    void suppressed.set(reason, (suppressed.get(reason) ?? 0) + 1);
  const bounded = (kind: NameKind, name: string): string => {
    if (has(kind, name)) return name;
    suppress("unknown_name");
    return OTHER;
  };
  return {
    has,
    learn(kind, name) {
      if (typeof name !== "string" || name.length === 0 || has(kind, name)) return;
      if (name.length <= MAX_NAME_LENGTH && names[kind].size < caps[kind]) names[kind].add(name);
      else suppress("name_refused");
    },
    bounded,
    admitted(kind, name) {
      if (!has(kind, name) && names[kind].size < caps[kind]) names[kind].add(name);
      return bounded(kind, name);
    },
    suppress,
    suppressed,
  };
}
