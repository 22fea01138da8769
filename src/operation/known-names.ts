import { OTHER } from "../semconv.ts";
import { METHODS } from "./methods.ts";

/** The kinds of names that a peer sends and may invent; protocol revisions and JSON-RPC error codes are among them. */
export type NameKind = "tool" | "prompt" | "resource" | "method" | "revision" | "code";

/** Why something was not recorded as it came. Values of `reason` on `mcp.telemetry.suppressed`. */
export type SuppressionReason = "unknown_name" | "name_refused" | "value_cut" | "log_rate" | "too_long";

/**
 * The connection that a name came over, as an object of any kind. Absent for names that the application itself has
 * registered, listed or handles.
 */
export type NameOwner = object | undefined;

export interface KnownNames {
  /** True once this process has registered, listed or successfully used the name. */
  has(kind: NameKind, name: string): boolean;
  /** Adds a name. Refused where its owner's limit is reached, and for names longer than {@link MAX_NAME_LENGTH}. */
  learn(kind: NameKind, name: unknown, owner?: NameOwner): void;
  /** The name as a metric attribute: itself if it is known, else `_OTHER`, which is counted. */
  bounded(kind: NameKind, name: string): string;
  /** The same for names that are never registered or listed: a bounded number is accepted. */
  admitted(kind: "revision" | "code", name: string, owner?: NameOwner): string;
  /** Counts something that was left out of telemetry. */
  suppress(reason: SuppressionReason): void;
  readonly suppressed: ReadonlyMap<SuppressionReason, number>;
}

/** The limit: a longer name never becomes a span name or a metric attribute. */
export const MAX_NAME_LENGTH = 128;

/** The limits on the names of a kind. */
interface Room {
  /** From the application itself. A thousand tools is a large registry. */
  readonly own: number;
  /** Over one connection: a peer that sends more uses up only its own share. */
  readonly connection: number;
  /** Over all connections together, in addition to the application's own. */
  readonly connections: number;
}

const ROOM: Readonly<Record<NameKind, Room>> = {
  tool: { own: 1000, connection: 500, connections: 5000 },
  prompt: { own: 1000, connection: 500, connections: 5000 },
  resource: { own: 1000, connection: 500, connections: 5000 },
  method: { own: 100, connection: 20, connections: 100 },
  revision: { own: 10, connection: 2, connections: 20 },
  code: { own: 50, connection: 10, connections: 200 },
};

/** Published so far. A peer that uses up the limit for later ones does not displace these. */
const REVISIONS: ReadonlySet<string> = new Set([
  "2024-10-07",
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  "2025-11-25",
  "2026-07-28",
]);

/** The codes of JSON-RPC and MCP. */
const CODES: ReadonlySet<string> = new Set([
  "-32700",
  "-32600",
  "-32601",
  "-32602",
  "-32603",
  "-32000",
  "-32001",
  "-32002",
  "-32042",
]);

/** Names of the protocol itself are known from the start. */
const FROM_THE_START: { readonly [K in NameKind]?: { has(name: string): boolean } } = {
  method: METHODS,
  revision: REVISIONS,
  code: CODES,
};

/** Cardinality is a security property: only names that were accepted here become span names and metric attributes. */
export function createKnownNames(lower: Readonly<Partial<Record<NameKind, Room>>> = {}): KnownNames {
  const room = { ...ROOM, ...lower };
  const names: Record<NameKind, Set<string>> = {
    tool: new Set(),
    prompt: new Set(),
    resource: new Set(),
    method: new Set(),
    revision: new Set(),
    code: new Set(),
  };
  /** The number of names from the application, from all connections, and from each connection. */
  const own = new Map<NameKind, number>();
  const peers = new Map<NameKind, number>();
  const byOwner = new WeakMap<object, Map<NameKind, number>>();
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
  /** Reserves a place within the owner's limit, if one is left. */
  function takePlace(kind: NameKind, owner: NameOwner): boolean {
    if (owner === undefined) return take(own, kind, room[kind].own);
    const counts = byOwner.get(owner) ?? new Map<NameKind, number>();
    byOwner.set(owner, counts);
    return (
      (peers.get(kind) ?? 0) < room[kind].connections &&
      take(counts, kind, room[kind].connection) &&
      take(peers, kind, room[kind].connections)
    );
  }

  return {
    has,
    learn(kind, name, owner) {
      if (typeof name !== "string" || name.length === 0 || has(kind, name)) return;
      if (name.length <= MAX_NAME_LENGTH && takePlace(kind, owner)) names[kind].add(name);
      else suppress("name_refused");
    },
    bounded,
    admitted(kind, name, owner) {
      if (!has(kind, name) && takePlace(kind, owner)) names[kind].add(name);
      return bounded(kind, name);
    },
    suppress,
    suppressed,
  };
}

function take(counts: Map<NameKind, number>, kind: NameKind, room: number): boolean {
  const taken = counts.get(kind) ?? 0;
  if (taken >= room) return false;
  counts.set(kind, taken + 1);
  return true;
}
