import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";

/**
 * The connections to the target. Each connection of a client has one of its own, which lives as long: the client notices what it would
 * notice of a direct one, such as a server that closes what is idle, and no request is ever sent again by anybody but the client.
 */
export interface Hop {
  readonly agent: http.Agent;
  /** A request is under way. @returns it is over */
  begin(): () => void;
}

export function createHops(secure: boolean): (client: Socket) => Hop {
  const hops = new WeakMap<Socket, Hop>();
  return (client) => {
    const known = hops.get(client);
    if (known !== undefined) return known;
    const hop = createHop(client, secure);
    hops.set(client, hop);
    return hop;
  };
}

function createHop(client: Socket, secure: boolean): Hop {
  const agent = new (secure ? https.Agent : http.Agent)({ keepAlive: true, maxSockets: 1 });
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
  client.once("close", () => agent.destroy());
  return {
    agent,
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
