/** A transport that is fed by hand: what a peer says is handed to whatever is connected, without any wire. */
export interface HandFed {
  readonly transport: Transport;
  /** A request of the peer's; resolves with the answer. */
  ask(method: string, params?: object): Promise<Record<string, unknown>>;
  /** A notification of the peer's. */
  tell(method: string, params?: object): void;
}

type Message = Record<string, unknown>;

interface Transport {
  sessionId?: string;
  onmessage?: (message: Message) => void;
  onclose?: () => void;
  start(): Promise<void>;
  send(message: Message): Promise<void>;
  close(): Promise<void>;
}

/** @param sessionId given: it looks like a transport over HTTP, and has a session where the text is not empty */
export function createHandFed(sessionId?: string): HandFed {
  const looks = sessionId === undefined ? InMemoryByHand : HTTPByHand;
  const answers = new Map<unknown, (message: Message) => void>();
  let id = 0;
  const transport: Transport = Object.assign(Object.create(looks.prototype as object) as object, {
    start: () => Promise.resolve(),
    send(message: Message) {
      const answer = answers.get(message["id"]);
      answers.delete(message["id"]);
      // Nobody hears an answer before the transport has sent it.
      if (answer !== undefined) setImmediate(answer, message);
      return Promise.resolve();
    },
    close(this: Transport) {
      this.onclose?.();
      return Promise.resolve();
    },
    ...(sessionId !== undefined && { sessionId }),
  });
  const deliver = (message: Message): void => transport.onmessage?.({ jsonrpc: "2.0", ...message });
  return {
    transport,
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

// By the names of their classes it is told how the bytes would travel.
function InMemoryByHand(): void {}
function HTTPByHand(): void {}

export const INITIALIZE = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "by hand", version: "1.0.0" },
};
