import * as http from "node:http";
import type { Http2Session } from "node:http2";
import * as https from "node:https";
import type { Socket } from "node:net";
import { byHttp1 } from "./http1-target.ts";
import { createSecureTarget, type FindWay, type SecureTarget } from "./http2-sessions.ts";

/**
 * The connections to the target. Each connection of a client has one of its own, which lives as long: the client notices what it would
 * notice of a direct one, such as a server that closes what is idle, and no request is ever sent again by anybody but the client.
 */
export interface Hop {
  /** How the next request gets to the target. */
  readonly find: FindWay;
  /** A request is under way. @returns it is over */
  begin(): () => void;
}

export interface Hops {
  ofHttp1(client: Socket): Hop;
  ofHttp2(client: Http2Session): Hop;
}

export function createHops(target: URL): Hops {
  const secure = target.protocol === "https:" ? createSecureTarget(target) : undefined;
  return {
    ofHttp1: once((client) => createHop1(client, target, secure)),
    ofHttp2: once((client) => createHop2(client, target, secure)),
  };
}

function createHop1(client: Socket, target: URL, secure: SecureTarget | undefined): Hop {
  const agent = new (secure === undefined ? http.Agent : https.Agent)({ keepAlive: true, maxSockets: 1 });
  const session = secure?.createSession();
  const http1 = byHttp1(target, agent);
  let running = 0;
  let lost = false;
  const settle = (): void => {
    if (lost && running === 0) client.end();
  };
  agent.on("free", (socket: Socket) => {
    if (socket.listeners("close").includes(closed)) return;
    socket.once("close", closed);
  });
  function closed(): void {
    lost = true;
    settle();
  }
  client.once("close", () => {
    agent.destroy();
    session?.close();
  });
  return {
    find:
      session === undefined ? (then) => then(http1) : (secure?.orHttp2(http1, session.find) ?? session.find),
    begin() {
      running += 1;
      lost = false;
      return () => {
        running -= 1;
        settle();
      };
    },
  };
}

/**
 * A client of HTTP/2 asks many things at once. Over HTTP/1.1 each gets a connection of its own, and none is used again: the client would
 * not see that the target closes one in the same moment.
 */
function createHop2(client: Http2Session, target: URL, secure: SecureTarget | undefined): Hop {
  const begin = () => () => undefined;
  if (secure === undefined) return { find: (then) => then(byHttp1(target, false)), begin };
  const session = secure.createSession();
  client.once("close", session.close);
  return { find: session.find, begin };
}

function once<C extends object>(create: (client: C) => Hop): (client: C) => Hop {
  const hops = new WeakMap<C, Hop>();
  return (client) => {
    const hop = hops.get(client) ?? create(client);
    hops.set(client, hop);
    return hop;
  };
}
