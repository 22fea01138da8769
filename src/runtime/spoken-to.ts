import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { isMainThread } from "node:worker_threads";
import { safely } from "../output/safely.ts";

/** How an MCP client speaks to this process. */
export type SpokenVia = "stdio" | "HTTP";

/** A client's first message: `initialize`, or `server/discover` from 2026-07-28 on. */
const FIRST_MESSAGE = /"method"\s*:\s*"(?:initialize|server\/discover)"/;
const LOOKED_AT = 4096;

/**
 * Calls this when an MCP client speaks to this process, whatever the process is made of. It looks at the headers of HTTP requests, as
 * Node announces them, and at the first piece that arrives on stdin, and neither starts nor delays the reading of either.
 */
export function onSpokenTo(listener: (via: SpokenVia) => void): void {
  // https://nodejs.org/api/diagnostics_channel.html#http
  subscribe("http.server.request.start", (event) => {
    const { headers } = (event as { request: IncomingMessage }).request;
    if (headers["mcp-protocol-version"] !== undefined || headers["mcp-session-id"] !== undefined)
      listener("HTTP");
  });
  if (isMainThread) onFirstPiece((piece) => void (FIRST_MESSAGE.test(piece) && listener("stdio")));
}

/** `process.stdin` is made when a program asks for it. From then on its `push` is another one until the first piece has arrived. */
function onFirstPiece(listener: (piece: string) => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(process, "stdin");
  if (descriptor?.get === undefined || !descriptor.configurable) return;
  Object.defineProperty(process, "stdin", {
    ...descriptor,
    get(this: unknown) {
      Object.defineProperty(process, "stdin", descriptor);
      const stdin = descriptor.get?.call(this) as Readable;
      safely("stdin", () => watch(stdin, listener));
      return stdin;
    },
  });
}

function watch(stdin: Readable, listener: (piece: string) => void): void {
  const { push } = stdin;
  Object.defineProperty(stdin, "push", {
    configurable: true,
    writable: true,
    value(this: Readable, ...args: Parameters<Readable["push"]>) {
      Reflect.deleteProperty(stdin, "push");
      safely("stdin", () => {
        const [piece] = args as [unknown];
        if (typeof piece === "string") listener(piece.slice(0, LOOKED_AT));
        else if (piece instanceof Uint8Array) listener(Buffer.from(piece.subarray(0, LOOKED_AT)).toString());
      });
      return push.apply(this, args);
    },
  });
}
