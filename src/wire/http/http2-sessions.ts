import * as http2 from "node:http2";
import { isIP } from "node:net";
import * as tls from "node:tls";
import type { Way } from "./sides.ts";
import { byHttp1, hostOf } from "./http1-target.ts";
import { byHttp2 } from "./http2-target.ts";
import { MAX_HEADER_BYTES } from "./raw-headers.ts";

/** Where a request goes; an error where it cannot. At once, where nothing has to be asked first. */
export type FindWay = (then: (way: Way | Error) => void) => void;

/** A target over TLS, which says by ALPN which HTTP it speaks. What it once said is remembered, for all clients. */
export interface SecureTarget {
  /** For clients of HTTP/1.1. @param http1 how it is asked, unless it speaks HTTP/2 alone */
  orHttp2(http1: Way, http2: FindWay): FindWay;
  /** One session for one client, with HTTP/1.1 where the target has no HTTP/2. */
  createSession(): { readonly find: FindWay; readonly close: () => void };
}

/** Node ends a session that holds more: 10 MB by itself, and several messages of 16 MB may be on their way at once. */
const MAX_SESSION_MB = 1024;

/** So that a connection whose other end is gone without a word does not stay. */
const PROBE_AFTER_MS = 30_000;

export function createSecureTarget(target: URL): SecureTarget {
  let takesHttp1: boolean | undefined;
  let takesHttp2: boolean | undefined;
  let asking: Promise<boolean> | undefined;

  async function askForHttp1(): Promise<boolean> {
    try {
      (await connect(target, ["http/1.1"])).destroy();
      return true;
    } catch (error) {
      if (/NO_APPLICATION_PROTOCOL/.test((error as NodeJS.ErrnoException).code ?? "")) return false;
      throw error;
    } finally {
      asking = undefined;
    }
  }

  function createSession(): ReturnType<SecureTarget["createSession"]> {
    let session: http2.ClientHttp2Session | undefined;
    let opening: Promise<Way> | undefined;
    let closed = false;

    async function open(): Promise<Way> {
      try {
        const socket = await connect(target, ["h2", "http/1.1"]);
        takesHttp2 = socket.alpnProtocol === "h2";
        if (closed || !takesHttp2) {
          socket.destroy();
          return byHttp1(target, false);
        }
        session = sessionOn(socket, target);
        return byHttp2(target, session);
      } finally {
        opening = undefined;
      }
    }

    return {
      find(then) {
        if (takesHttp2 === false) return then(byHttp1(target, false));
        // After a GOAWAY it is closed: what is under way comes to its end, and the next request has a new one.
        if (session !== undefined && !session.closed && !session.destroyed)
          return then(byHttp2(target, session));
        opening ??= open();
        opening.then(then, then);
      },
      close() {
        closed = true;
        session?.destroy();
      },
    };
  }

  return {
    orHttp2: (http1, second) => (then) => {
      if (takesHttp1 === true) return then(http1);
      if (takesHttp1 === false) return second(then);
      asking ??= askForHttp1();
      asking.then((takes) => {
        takesHttp1 = takes;
        if (takes) then(http1);
        else second(then);
      }, then);
    },
    createSession,
  };
}

function connect(target: URL, offered: string[]): Promise<tls.TLSSocket> {
  const host = hostOf(target);
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port: Number(target.port || 443),
      servername: isIP(host) === 0 ? host : "",
      ALPNProtocols: offered,
    });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.off("error", reject).on("error", () => undefined);
      resolve(socket);
    });
  });
}

function sessionOn(socket: tls.TLSSocket, target: URL): http2.ClientHttp2Session {
  socket.setNoDelay(true).setKeepAlive(true, PROBE_AFTER_MS);
  const session = http2.connect(target.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: MAX_HEADER_BYTES },
    maxSendHeaderBlockLength: MAX_HEADER_BYTES,
    maxSessionMemory: MAX_SESSION_MB,
  });
  session.on("error", () => undefined); // the requests under way fail, each for itself
  return session;
}
