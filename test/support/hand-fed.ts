/** A transport that is fed by hand: what a peer says is handed to whatever is connected, without any wire. */
export interface HandFed {
  readonly transport: Transport;
  /** A request of the peer's; resolves with the answer. */
  ask(method: string, params?: object): Promise<Record<string, unknown>>;
  /** A notification of the peer's. */
  tell(method: string, params?: object): void;
}

interface Transport {
  sessionId?: string;
  start(): Promise<void>;
  send(message: unknown): Promise<void>;
  close(): Promise<void>;
  onmessage?: (message: never) => void;
  onclose?: () => void;
}

/** @param sessionId given: it looks like a transport over HTTP with sessions */
export function createHandFed(sessionId?: string): HandFed {
  const answers = new Map<unknown, (message: Record<string, unknown>) => void>();
  let id = 0;
  const base: Transport = {
    start: () => Promise.resolve(),
    send(message) {
      const answer = message as Record<string, unknown>;
      answers.get(answer["id"])?.(answer);
      answers.delete(answer["id"]);
      return Promise.resolve();
    },
    close() {
      this.onclose?.();
      return Promise.resolve();
    },
  };
  const transport = Object.assign(sessionId === undefined ? new InMemoryByHand() : new HTTPByHand(), base);
  if (sessionId !== undefined) Object.assign(transport, { sessionId });
  const deliver = (message: object): void => (transport as { onmessage?: (message: object) => void }).onmessage?.({ jsonrpc: "2.0", ...message });
  return {
    transport: transport as Transport,
    ask(method, params) {
      const own = (id += 1);
      return new Promise((resolve) => {
        answers.set(own, resolve);
        deliver({ id: own, method, ...(params && { params }) });
      });
    },
    tell: (method, params) => deliver({ method, ...(params && { params }) }),
  };
}

// By their names it is told how the bytes would travel.
class InMemoryByHand {}
class HTTPByHand {}

export const INITIALIZE = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "by hand", version: "1.0.0" } };
