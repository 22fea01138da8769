import type { ActiveSession, Session } from "../../operation/session.ts";

/** How a session ended: its peer or this process closed it, or the peer sent nothing for too long. */
export type SessionEnd = "closed" | "idle";

/** @param seconds the duration; an idle session lasted until its last message */
export type SessionEnded = (session: Session, seconds: number, end: SessionEnd) => void;

export interface Sessions {
  open(session: Session): ActiveSession;
  /** Ends all sessions, because the process ends. */
  closeAll(): void;
  /** The number of sessions of this process as a server. */
  active(): number;
}

interface Entry {
  readonly session: Session;
  since: number;
  seenAt: number;
}

/** After this many openings, idle sessions are removed even if no metrics are collected. */
const SWEEP_EVERY = 256;

/**
 * The open sessions. Without timers: sessions of vanished peers are found when metrics are collected, and removed, so
 * that neither the number nor the memory grows.
 * @param ended called for every end
 */
export function createSessions(idleMs: () => number, ended: SessionEnded): Sessions {
  const entries = new Set<Entry>();
  let opened = 0;

  function sweep(): void {
    const limit = performance.now() - idleMs();
    for (const entry of entries) {
      if (!entry.session.canVanish || entry.seenAt > limit) continue;
      entries.delete(entry);
      ended(entry.session, (entry.seenAt - entry.since) / 1000, "idle");
    }
  }

  return {
    open(session) {
      opened += 1;
      if (opened % SWEEP_EVERY === 0) sweep();
      const entry: Entry = { session, since: session.since, seenAt: performance.now() };
      entries.add(entry);
      let closed = false;
      return {
        seen() {
          entry.seenAt = performance.now();
          if (closed || entries.has(entry)) return;
          // A session that was removed as idle and is active again: the earlier count stays, and it counts as a new
          // session.
          entry.since = entry.seenAt;
          entries.add(entry);
        },
        close() {
          closed = true;
          if (entries.delete(entry)) ended(session, (performance.now() - entry.since) / 1000, "closed");
        },
      };
    },
    closeAll() {
      for (const { session, since } of entries) ended(session, (performance.now() - since) / 1000, "closed");
      entries.clear();
    },
    active() {
      sweep();
      let count = 0;
      for (const { session } of entries) if (session.role === "server") count += 1;
      return count;
    },
  };
}
