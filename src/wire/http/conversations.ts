import type { NetworkAttributes } from "../../operation/connection.ts";
import { ATTR_NETWORK_PROTOCOL_NAME, ATTR_NETWORK_TRANSPORT } from "../../semconv.ts";
import { createConversation } from "../conversation.ts";
import type { Conversation, Observing } from "../passing.ts";

/** Conversations that last longer than one HTTP exchange, by what their requests name them: a session id, or an address. */
export interface HttpConversations {
  find(key: string): Kept | undefined;
  /** A conversation of one exchange, until it is kept. */
  open(sessionId?: string): Kept;
  /** @returns the conversation that had this key, which is no longer kept */
  keep(key: string, conversation: Kept): Kept | undefined;
  /** It is over. @param only nothing happens where another one has the key by now */
  end(key: string, only?: Kept): void;
  readonly size: number;
}

export interface Kept extends Conversation {
  /** The session id, where the server gives one. */
  sessionId: string | undefined;
  kept: boolean;
}

/** Beyond this many the one that was not heard of for longest is given up; what comes of it later is a conversation anew. */
const MOST = 10_000;
/** As is one that was not heard of for this long. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

const NETWORK: NetworkAttributes = {
  [ATTR_NETWORK_TRANSPORT]: "tcp",
  [ATTR_NETWORK_PROTOCOL_NAME]: "http",
};

export const sessionKey = (id: string): string => `session ${id}`;
/** Of the address at which a server before Streamable HTTP takes the messages of one connection. */
export const addressKey = (url: string): string => `address ${url}`;

export function createHttpConversations(observing: Observing, most: number = MOST): HttpConversations {
  /** The one heard of last is the last one. */
  const kept = new Map<string, { readonly conversation: Kept; readonly seenAt: number }>();

  function touch(key: string, conversation: Kept): void {
    kept.delete(key);
    kept.set(key, { conversation, seenAt: performance.now() });
  }

  function end(key: string, only?: Kept): void {
    const conversation = kept.get(key)?.conversation;
    if (only !== undefined && conversation !== only) return;
    kept.delete(key);
    conversation?.end();
  }

  function giveUpOldest(): void {
    for (const [key, { seenAt }] of kept) {
      if (kept.size <= most && performance.now() - seenAt < LONGEST_MS) return;
      end(key);
    }
  }

  return {
    find(key) {
      const conversation = kept.get(key)?.conversation;
      if (conversation !== undefined) touch(key, conversation);
      return conversation;
    },
    open(sessionId) {
      const conversation: Kept = Object.assign(
        createConversation(observing, NETWORK, () => conversation.sessionId),
        { sessionId, kept: false },
      );
      return conversation;
    },
    keep(key, conversation) {
      const replaced = kept.get(key)?.conversation;
      if (replaced !== undefined) replaced.kept = false;
      conversation.kept = true;
      touch(key, conversation);
      giveUpOldest();
      return replaced === conversation ? undefined : replaced;
    },
    end,
    get size() {
      return kept.size;
    },
  };
}
