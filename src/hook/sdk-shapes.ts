import { describePeer, type NetworkAttributes, type Peer, type Role } from "../operation/connection.ts";
import { isObject } from "../operation/message.ts";
import * as semconv from "../semconv.ts";

/**
 * The parts of the SDKs' objects that are used. Always recognised by shape: each SDK generation, version and module
 * format has its own classes, and an application may hold several at once.
 */

type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** The public Transport contract of every SDK. `start` and `send` of a custom transport may throw or return anything. */
export interface Transport {
  start: Callback;
  send: Callback;
  onmessage?: Callback | undefined;
  onclose?: Callback | undefined;
  readonly sessionId?: unknown;
}

export function isTransport(value: unknown): value is Transport {
  const object = value as Partial<Transport> | null | undefined;
  return (
    typeof object === "object" && typeof object?.start === "function" && typeof object.send === "function"
  );
}

/** In every version, Client and Server each have a public method for the other's capabilities. */
export function roleOf(protocol: unknown): Role | undefined {
  if (typeof protocol !== "object" || protocol === null) return undefined;
  if ("getServerCapabilities" in protocol) return "client";
  return "getClientCapabilities" in protocol ? "server" : undefined;
}

/** The name and version of a client or server: `_clientInfo` or `_serverInfo`, in every version. */
export function identityOf(protocol: unknown): Peer | undefined {
  const { _serverInfo, _clientInfo } = protocol as { _serverInfo?: unknown; _clientInfo?: unknown };
  return describePeer(_serverInfo ?? _clientInfo);
}

/** The tables of handlers, in every version: not public, hence optional. */
export function handlersOf(protocol: unknown): ((method: string, request: boolean) => boolean) | undefined {
  if (typeof protocol !== "object" || protocol === null) return undefined;
  const held = new WeakRef<{ _requestHandlers?: unknown; _notificationHandlers?: unknown }>(protocol);
  return (method, request) => {
    const tables = held.deref();
    const table = request ? tables?._requestHandlers : tables?._notificationHandlers;
    return table instanceof Map && table.has(method);
  };
}

export function sessionIdOf(transport: Transport): string | undefined {
  const { sessionId } = transport;
  return typeof sessionId === "string" && sessionId !== "" ? sessionId : undefined;
}

/** Whether a Streamable HTTP server keeps what it sends, for clients that ask again with `Last-Event-ID`. */
export function isResumable(transport: Transport): boolean {
  const { _eventStore, _webStandardTransport: inner } = transport as {
    _eventStore?: unknown;
    _webStandardTransport?: { _eventStore?: unknown };
  };
  return (_eventStore ?? inner?._eventStore) !== undefined;
}

const PIPE = { [semconv.ATTR_NETWORK_TRANSPORT]: "pipe" };
const HTTP = { [semconv.ATTR_NETWORK_TRANSPORT]: "tcp", [semconv.ATTR_NETWORK_PROTOCOL_NAME]: "http" };
const WEBSOCKET = {
  [semconv.ATTR_NETWORK_TRANSPORT]: "tcp",
  [semconv.ATTR_NETWORK_PROTOCOL_NAME]: "websocket",
};

/** Class names of transports, also for their subclasses. The first match counts. */
const NETWORKS: readonly (readonly [RegExp, NetworkAttributes])[] = [
  [/^InMemory/, {}],
  [/^Stdio/, PIPE],
  [/^WebSocket/, WEBSOCKET],
  [/HTTP|^SSE/i, HTTP],
];

/** Properties of the same transports, minified or not: a bundle keeps these names and loses those of classes. */
const NETWORK_PROPERTIES: readonly (readonly [properties: readonly string[], NetworkAttributes])[] = [
  [["_readBuffer", "_stdin", "_stdout"], PIPE],
  [["_readBuffer", "_serverParams"], PIPE],
  [["deliver", "whenRequestsAnswered"], PIPE], // one of the connections of v2's `serveStdio`
  [["handlePostMessage"], HTTP], // SSE, server
  [["handleRequest", "handlePostRequest"], HTTP],
  [["handleRequest", "_webStandardTransport"], HTTP],
  [["handleMessage", "writeCommentFrame"], HTTP], // v2, one for each request
  [["_url", "finishAuth"], HTTP], // both clients
];

/** The network attributes. Empty for an unknown transport, rather than a guess. */
export function networkOf(transport: Transport): NetworkAttributes {
  return { ...networkByClass(transport), ...remoteServer(transport), ...remoteClient(transport) };
}

function networkByClass(transport: Transport): NetworkAttributes {
  for (
    let prototype: unknown = Object.getPrototypeOf(transport);
    isObject(prototype);
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const name = String((prototype["constructor"] as { name?: unknown } | undefined)?.name);
    const row = NETWORKS.find(([pattern]) => pattern.test(name));
    if (row !== undefined) return row[1];
  }
  return NETWORK_PROPERTIES.find(([names]) => names.every((name) => name in transport))?.[1] ?? {};
}

/** Client transports over HTTP and WebSocket keep the URL they were given. */
function remoteServer(transport: Transport): NetworkAttributes {
  const url = (transport as { _url?: unknown })._url;
  if (!(url instanceof URL) || url.hostname === "") return {};
  const port = Number(url.port) || DEFAULT_PORTS[url.protocol];
  return {
    [semconv.ATTR_SERVER_ADDRESS]: url.hostname.replace(/^\[(.*)\]$/, "$1"), // IPv6 without brackets, as the conventions write it
    ...(port !== undefined && { [semconv.ATTR_SERVER_PORT]: port }),
  };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "ws:": 80,
  "wss:": 443,
};

/** The SSE server transport belongs to one HTTP response, which knows its peer. */
function remoteClient(transport: Transport): NetworkAttributes {
  const response = (transport as { res?: unknown }).res;
  const request = isObject(response) ? response["req"] : undefined;
  const socket = isObject(request) ? request["socket"] : undefined;
  if (!isObject(request) || !isObject(socket) || typeof socket["remoteAddress"] !== "string") return {};
  const { httpVersion } = request;
  return {
    [semconv.ATTR_CLIENT_ADDRESS]: socket["remoteAddress"],
    ...(typeof socket["remotePort"] === "number" && { [semconv.ATTR_CLIENT_PORT]: socket["remotePort"] }),
    ...(typeof httpVersion === "string" && { [semconv.ATTR_NETWORK_PROTOCOL_VERSION]: httpVersion }),
  };
}

/** The protocol version header of the HTTP request that carried a message, as v1 and v2 pass it. */
export function versionHeaderOf(extra: unknown): unknown {
  if (!isObject(extra)) return undefined;
  const { requestInfo, request } = extra; // v1: plain headers; v2: a Fetch Request
  if (isObject(requestInfo) && isObject(requestInfo["headers"]))
    return requestInfo["headers"]["mcp-protocol-version"];
  return isFetchRequest(request) ? (request.headers.get("mcp-protocol-version") ?? undefined) : undefined;
}

/** Compares the class only for an object: Node loads its whole HTTP client when `Request` is first named. */
export function isFetchRequest(request: unknown): request is Request {
  return isObject(request) && request instanceof Request;
}
