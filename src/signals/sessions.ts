import type { ActiveSession, Session } from "../operation/session.ts";

/** How a session ended: its peer or this process closed it, or nothing was heard of the peer for too long. */
export type SessionEnd = "closed" | "idle";

/** @param seconds how long it lasted; an idle one lasted until its last message */
export type SessionEnded = (session: Session, seconds: number, end: SessionEnd) => void;

export interface Sessions {
  open(session: Session): ActiveSession;
  /** The process ends, and its sessions with it. */
  closeAll(): void;
  /** Sessions of this process as a server, by now. */
  active(): number;
}

interface Entry {
  readonly session: Session;
  since: number;
  seenAt: number;
}

/** Every so many openings the idle ones are looked for, should nobody collect metrics meanwhile. */
const SWEEP_EVERY = 256;

/**
 * Which sessions there are. Without timers: those whose peer has vanished are found when somebody asks, and forgotten,
 * so that neither the number nor the memory creeps up.
 * @param ended hears of every end
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
          // Thought gone and back again: what was counted stays counted, and it is a session anew.
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
