import * as semconv from "../semconv.ts";
import { isObject, metaOf, paramsOf, stringOr, type JsonObject } from "./message.ts";

/** Which end of an MCP connection this process is. Independent of which end sends a given message. */
export type Role = "client" | "server";

export interface Peer {
  readonly name: string;
  readonly version?: string;
}

/** The network attributes of the transport; fixed when it is connected. */
export type NetworkAttributes = Readonly<Record<string, string | number>>;

/** What is known about a connection so far. Plain data, changed only by the `learn*` functions. */
export interface Connection {
  role: Role | undefined;
  readonly network: NetworkAttributes;
  /** Identifies the connection in objects that may outlive it, and holds nothing. */
  readonly owner: object;
  /** Read each time: clients get their session id only with the answer to `initialize`. */
  readonly sessionId: () => string | undefined;
  /** Whether the client or server of this process has a handler for a method; `undefined` where that is unknown. */
  handles?: (method: string, request: boolean) => boolean;
  protocolVersion?: string;
  /** The client or server of this process: its own name and version. */
  self?: Peer;
  client?: Peer;
  server?: Peer;
  /** The number of changes. A span that began before the latest one is updated when it ends. */
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

/** Learns about the connection from a request or notification. */
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

/** Learns about the connection from a result. */
export function learnFromResult(connection: Connection, method: string, result: unknown): void {
  if (!isObject(result)) return;
  if (method === "initialize") {
    learnVersion(connection, result["protocolVersion"]);
    learnPeer(connection, "server", result["serverInfo"]);
  } else {
    learnPeer(connection, "server", metaOf(result)?.[META_SERVER_INFO]);
  }
}

/** Over HTTP a header carries the version as well; without an `initialize`, only the header does. */
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

/** Reads an Implementation of the protocol: a name and, where given, a version. */
export function describePeer(introduced: unknown): Peer | undefined {
  if (!isObject(introduced)) return undefined;
  const name = shortString(introduced["name"]);
  const version = shortString(introduced["version"]);
  if (name === undefined) return undefined;
  return version === undefined ? { name } : { name, version };
}

/** Peers choose their names and versions; longer ones are cut. */
const MAX_LENGTH = 256;

function shortString(value: unknown): string | undefined {
  return stringOr(value)?.slice(0, MAX_LENGTH);
}

/** A sender records the server it calls, a receiver the client it answers, and no other peer where the roles are swapped. */
const NOT_OF_SIDE = {
  client: [semconv.ATTR_CLIENT_ADDRESS, semconv.ATTR_CLIENT_PORT],
  server: [semconv.ATTR_SERVER_ADDRESS, semconv.ATTR_SERVER_PORT],
} as const;

/**
 * Whether a client cancels a request by closing the connection. From 2026-07-28 each request over HTTP has its own
 * stream, and there is no `notifications/cancelled`: closing the stream is the cancellation.
 */
export function closingCancels({ protocolVersion, network }: Connection): boolean {
  return (
    network[semconv.ATTR_NETWORK_PROTOCOL_NAME] === "http" &&
    protocolVersion !== undefined &&
    protocolVersion >= STATELESS_SINCE
  );
}

/** The attributes of every span on this side of the connection, as far as they are known. */
export function describeConnection(
  connection: Connection,
  side: keyof typeof NOT_OF_SIDE,
): Record<string, string | number> {
  const { protocolVersion, client, server } = connection;
  const attributes: Record<string, string | number> = {};
  if (protocolVersion !== undefined) attributes[semconv.ATTR_MCP_PROTOCOL_VERSION] = protocolVersion;
  // Revision dates compare as text. An unknown version has a session if the transport has a session id.
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
