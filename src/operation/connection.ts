import * as semconv from "../semconv.ts";
import { isObject, metaOf, paramsOf, stringOr, type JsonObject } from "./message.ts";

/** Which end of an MCP connection this process is. Not the same as who sends a given message. */
export type Role = "client" | "server";

export interface Peer {
  readonly name: string;
  readonly version?: string;
}

/** What is known of the way the bytes travel; fixed when the transport is connected. */
export type NetworkAttributes = Readonly<Record<string, string | number>>;

/** What a connection has learnt about itself so far. Plain data, changed by the `learn*` functions alone. */
export interface Connection {
  role: Role | undefined;
  readonly network: NetworkAttributes;
  /** Stands for the connection in what may outlive it, and holds nothing. */
  readonly owner: object;
  /** Asked each time: clients are told their session id only by the answer to `initialize`. */
  readonly sessionId: () => string | undefined;
  /** Whether the client or server of this process has a handler for a method; `undefined` where that cannot be seen. */
  handles?: (method: string, request: boolean) => boolean;
  protocolVersion?: string;
  /** The client or server of this process, as it introduces itself. */
  self?: Peer;
  client?: Peer;
  server?: Peer;
  /** Counts what was learnt, so that spans which began before are told at their end. */
  changes: number;
}

export function createConnection(
  role: Role | undefined,
  network: NetworkAttributes,
  sessionId: () => string | undefined,
): Connection {
  return { role, network, owner: {}, sessionId, changes: 0 };
}

/** The first revision without `initialize` and sessions: version and identity travel in each request's `_meta`. */
const STATELESS_SINCE = "2026-07-28";

const META_PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
const META_CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const META_SERVER_INFO = "io.modelcontextprotocol/serverInfo";

/** Takes from a request or notification what it says about the connection. */
export function learnFromRequest(connection: Connection, message: JsonObject): void {
  const params = paramsOf(message);
  const meta = metaOf(params);
  learnVersion(connection, meta?.[META_PROTOCOL_VERSION]);
  learnPeer(
    connection,
    "client",
    message["method"] === "initialize" ? params?.["clientInfo"] : meta?.[META_CLIENT_INFO],
  );
}

/** Takes from a result what it says about the connection. */
export function learnFromResult(connection: Connection, method: string, result: unknown): void {
  if (!isObject(result)) return;
  if (method === "initialize") {
    learnVersion(connection, result["protocolVersion"]);
    learnPeer(connection, "server", result["serverInfo"]);
  } else {
    learnPeer(connection, "server", metaOf(result)?.[META_SERVER_INFO]);
  }
}

/** Over HTTP the version stands in a header as well; where no `initialize` was seen, only there. */
export function learnVersion(connection: Connection, version: unknown): void {
  if (typeof version !== "string" || version === connection.protocolVersion || version.length > MAX_LENGTH)
    return;
  connection.protocolVersion = version;
  connection.changes += 1;
}

function learnPeer(connection: Connection, which: Role, introduced: unknown): void {
  const peer = describePeer(introduced);
  const known = connection[which];
  if (peer === undefined || (known?.name === peer.name && known.version === peer.version)) return;
  connection[which] = peer;
  connection.changes += 1;
}

/** Reads what the protocol calls an Implementation: a name and, where it is told, a version. */
export function describePeer(introduced: unknown): Peer | undefined {
  if (!isObject(introduced)) return undefined;
  const name = shortString(introduced["name"]);
  const version = shortString(introduced["version"]);
  if (name === undefined) return undefined;
  return version === undefined ? { name } : { name, version };
}

/** Names and versions are the peer's to choose; longer ones are cut. */
const MAX_LENGTH = 256;

function shortString(value: unknown): string | undefined {
  return stringOr(value)?.slice(0, MAX_LENGTH);
}

/** A sender names the server it asks, a receiver the client it answers; not the other way round where roles are swapped. */
const NOT_OF_SIDE = {
  client: [semconv.ATTR_CLIENT_ADDRESS, semconv.ATTR_CLIENT_PORT],
  server: [semconv.ATTR_SERVER_ADDRESS, semconv.ATTR_SERVER_PORT],
} as const;

/**
 * Whether closing the connection is how a client takes a request back. From 2026-07-28 each request over HTTP has a stream
 * of its own, and there is no `notifications/cancelled`: closing the stream is the cancellation.
 */
export function closingCancels({ protocolVersion, network }: Connection): boolean {
  return (
    network[semconv.ATTR_NETWORK_PROTOCOL_NAME] === "http" &&
    protocolVersion !== undefined &&
    protocolVersion >= STATELESS_SINCE
  );
}

/** What every span on this side of the connection carries, as far as it is known by now. */
export function describeConnection(
  connection: Connection,
  side: keyof typeof NOT_OF_SIDE,
): Record<string, string | number> {
  const { protocolVersion, client, server } = connection;
  const attributes: Record<string, string | number> = {};
  if (protocolVersion !== undefined) attributes[semconv.ATTR_MCP_PROTOCOL_VERSION] = protocolVersion;
  // Revision dates compare as text. An unknown version has a session if the transport says so.
  const sessionId =
    protocolVersion === undefined || protocolVersion < STATELESS_SINCE ? connection.sessionId() : undefined;
  if (sessionId !== undefined) attributes[semconv.ATTR_MCP_SESSION_ID] = sessionId;
  Object.assign(attributes, connection.network);
  for (const name of NOT_OF_SIDE[side]) delete attributes[name];
  if (client !== undefined) {
    attributes[semconv.ATTR_MCP_CLIENT_NAME] = client.name;
    if (client.version !== undefined) attributes[semconv.ATTR_MCP_CLIENT_VERSION] = client.version;
  }
  if (server !== undefined) {
    attributes[semconv.ATTR_MCP_SERVER_NAME] = server.name;
    if (server.version !== undefined) attributes[semconv.ATTR_MCP_SERVER_VERSION] = server.version;
  }
  return attributes;
}
