import type { Connection, Peer, Role } from "./connection.ts";
import * as semconv from "../semconv.ts";

/** A client and a server that keep state about each other: on a server from `initialize` on, on a client from connect on. */
export interface Session {
  readonly role: Role;
  /** In milliseconds, on the clock of `performance.now()`. */
  readonly since: number;
  /** The transport's session id, where it has one. */
  readonly id: string | undefined;
  readonly client: Peer | undefined;
  readonly server: Peer | undefined;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Over HTTP a peer can vanish without a message; on a pipe or in memory its end is always noticed. */
  readonly canVanish: boolean;
}

export interface ActiveSession {
  /** The peer has sent a message. */
  seen(): void;
  /** Ends the session. Later calls do nothing. */
  close(): void;
}

/** The attributes of a connection that session metrics have. Source: semantic conventions for MCP, session metrics. */
const SESSION_ATTRIBUTES = [
  semconv.ATTR_NETWORK_TRANSPORT,
  semconv.ATTR_NETWORK_PROTOCOL_NAME,
  semconv.ATTR_SERVER_ADDRESS,
  semconv.ATTR_SERVER_PORT,
];

/**
 * The session of a connection, if it has one. A server has a session where the peer can return to it: on a pipe, in
 * memory, or over HTTP with a session id; never for each stateless request.
 */
export function describeSession(connection: Connection, since: number): Session | undefined {
  const { role, network, protocolVersion, client, server } = connection;
  const overHttp = network[semconv.ATTR_NETWORK_PROTOCOL_NAME] === "http";
  if (role === undefined || (role === "server" && overHttp && connection.sessionId() === undefined))
    return undefined;
  const attributes: Record<string, string | number> = {};
  for (const name of SESSION_ATTRIBUTES) if (network[name] !== undefined) attributes[name] = network[name];
  if (protocolVersion !== undefined) attributes[semconv.ATTR_MCP_PROTOCOL_VERSION] = protocolVersion;
  return {
    role,
    since,
    id: connection.sessionId(),
    client,
    server,
    attributes,
    canVanish: role === "server" && overHttp,
  };
}
