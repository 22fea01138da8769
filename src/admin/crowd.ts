import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Who is at the door: how many connections there may be, and what one of them may ask for before it has read its answers. */
export interface Crowd {
  enter(socket: Socket): void;
  /** Whether a request is to be answered; one that is not has cost its connection. */
  admit(socket: Socket, response: ServerResponse): boolean;
}

export interface CrowdOptions {
  /** How long an answer may wait for its reader. */
  readonly unreadMs?: number | undefined;
}

/** Enough for a few scrapers and probes; a crowd loses its oldest connection before it costs the application memory. */
const MAX_CONNECTIONS = 64;
/** Scrapers and probes ask and wait for the answer; who sends many requests in one go sends hundreds, and each is an answer in memory. */
const MAX_UNANSWERED = 8;
/** What Prometheus waits for a whole page by default: a scraper that has not read it by then has gone. */
const UNREAD_MS = 10_000;
/** An answer that is on its way for as long as this is read slowly, if at all. */
const SLOW_MS = 1_000;

interface Guest {
  unanswered: number;
  /** Since when an answer waits to be read. */
  unreadSince?: number | undefined;
}

export function createCrowd({ unreadMs = UNREAD_MS }: CrowdOptions = {}): Crowd {
  /** The oldest first. */
  const open = new Map<Socket, Guest>();

  /** A new connection is always let in: it may be the liveness probe. Who does not read leaves first, then who does nothing. */
  function makeRoom(entering: Socket): void {
    const others = [...open].filter(([socket]) => socket !== entering);
    const slow = performance.now() - SLOW_MS;
    const [leaves] =
      others.find(([, { unreadSince }]) => unreadSince !== undefined && unreadSince < slow) ??
      others.find(([, { unanswered }]) => unanswered === 0) ??
      others[0] ??
      [];
    if (leaves !== undefined) open.delete(leaves.destroy());
  }

  return {
    enter(socket) {
      open.set(socket, { unanswered: 0 });
      socket.once("close", () => open.delete(socket));
      if (open.size > MAX_CONNECTIONS) makeRoom(socket);
    },

    admit(socket, response) {
      const guest = open.get(socket);
      // Requests in the same packet as the one that was too many arrive here all the same.
      if (guest === undefined || socket.destroyed) return false;
      if (guest.unanswered >= MAX_UNANSWERED) {
        socket.destroy();
        return false;
      }
      guest.unanswered += 1;
      let timer: NodeJS.Timeout | undefined;
      // All of the answer is written: from here on it is the reader's turn. How long it took to make it does not count.
      response.once("prefinish", () => {
        guest.unreadSince = performance.now();
        timer = setTimeout(() => socket.destroy(), unreadMs).unref();
      });
      response.once("close", () => {
        clearTimeout(timer);
        guest.unreadSince = undefined;
        guest.unanswered -= 1;
      });
      return true;
    },
  };
}
