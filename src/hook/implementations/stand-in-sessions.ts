import { onSessionDeleted } from "../http-requests.ts";
import type { StandIn } from "./stand-in.ts";

/** A peer chooses how many sessions it opens, and whether it ends them. */
const MAX_SESSIONS = 10_000;
const IDLE_MS = 30 * 60_000;

interface Entry {
  readonly id: string;
  /** The server that the session is with. It is not held. */
  readonly owner: WeakRef<object>;
  readonly standIn: StandIn;
  usedAt: number;
}

/** Sessions of servers whose implementation has no object for each. */
export interface StandInSessions {
  find(owner: object, id: string): StandIn | undefined;
  add(owner: object, id: string, standIn: StandIn): void;
  /** Ends the sessions with this id. */
  end(id: string): void;
  of(owner: object): StandIn[];
}

/** Forgets sessions that have been idle for long, and the oldest where there are too many. Their telemetry ends then. */
export function createStandInSessions(now = (): number => performance.now()): StandInSessions {
  /** The one that was used last comes last. Two servers may use the same id. */
  const entries = new Set<Entry>();
  const byOwner = new WeakMap<object, Map<string, Entry>>();

  function forget(entry: Entry): void {
    entries.delete(entry);
    const owner = entry.owner.deref();
    if (owner !== undefined) byOwner.get(owner)?.delete(entry.id);
    entry.standIn.close();
  }
  function makeRoom(): void {
    for (const entry of entries) {
      if (entries.size < MAX_SESSIONS && entry.usedAt > now() - IDLE_MS) return;
      forget(entry);
    }
  }
  const sessions: StandInSessions = {
    find(owner, id) {
      const entry = byOwner.get(owner)?.get(id);
      if (entry === undefined) return undefined;
      entries.delete(entry);
      entry.usedAt = now();
      entries.add(entry);
      return entry.standIn;
    },
    add(owner, id, standIn) {
      makeRoom();
      const entry = { id, owner: new WeakRef(owner), standIn, usedAt: now() };
      entries.add(entry);
      const own = byOwner.get(owner) ?? new Map<string, Entry>();
      byOwner.set(owner, own.set(id, entry));
    },
    end(id) {
      for (const entry of entries) if (entry.id === id) forget(entry);
    },
    of: (owner) => [...(byOwner.get(owner)?.values() ?? [])].map(({ standIn }) => standIn),
  };
  onSessionDeleted(sessions.end);
  return sessions;
}
