import * as semconv from "../semconv.ts";
import { describeConnection, type Connection, type Peer, type Role } from "./connection.ts";
import { redactUri } from "../privacy/uri.ts";
import type { KnownNames } from "./known-names.ts";
import {
  isRequestId,
  paramsOf,
  stringOr,
  type JsonObject,
  type NotificationMessage,
  type RequestMessage,
} from "./message.ts";
import { methodRow } from "./methods.ts";

/** The end of one message: its sender is the client and its receiver the server, whatever their roles. */
export type Side = "client" | "server";

export type AttributeValues = Readonly<Record<string, string | number>>;

/** One request or notification, as one side sees it. */
export interface Operation {
  readonly method: string;
  readonly side: Side;
  /** Which end of the connection this process is; `undefined` where the SDK does not show it. */
  readonly role: Role | undefined;
  /** The client or server of this process that it belongs to. */
  readonly self?: Peer;
  /** `{method} {target}`, the target only when it is a known name. */
  readonly name: string;
  /** The named tool or prompt, known or not. */
  readonly target?: string;
  /** Identifies the connection of the message, to separate one peer's share from another's. Holds nothing. */
  readonly owner?: object;
  /** A log message is an operation whose context matters but which has no span. */
  readonly signal: "span" | "log";
  /** When it was seen, on the clock of `performance.now()`, in milliseconds; not given: now. */
  readonly since?: number;
  readonly attributes: AttributeValues;
}

/** Longer than any meaningful method or tool name, short enough for every back end. */
const MAX_ATTRIBUTE_LENGTH = 256;

/**
 * Describes a message. Total: every field of the message may be anything. Attributes that the conventions require
 * come first, since a limit on the number of attributes drops the last ones.
 * @param exchange what is known of the one HTTP exchange that carries the message
 */
export function describeOperation(
  message: RequestMessage | NotificationMessage,
  side: Side,
  connection: Connection,
  known: KnownNames,
  exchange?: AttributeValues,
): Operation {
  const { target: kind, uri, signal } = methodRow(message.method);
  const params = paramsOf(message);
  const id = message["id"];
  // The application handles it, so the application has chosen the name.
  if (side === "server" && connection.handles?.(message.method, isRequestId(id)) === true)
    known.learn("method", message.method);
  // A notification gets no answer, and this process has chosen to send it; a gateway may forward one from a peer.
  if (side === "client" && !isRequestId(id)) known.learn("method", message.method, connection.owner);
  const target = kind === undefined ? undefined : stringOr(params?.["name"]);
  const attributes: Record<string, string | number> = {};

  attributes[semconv.ATTR_MCP_METHOD_NAME] = limit(message.method);
  if (kind !== undefined && target !== undefined) attributes[NAME_ATTRIBUTE[kind]] = limit(target);
  if (isRequestId(id)) attributes[semconv.ATTR_JSONRPC_REQUEST_ID] = limit(String(id));
  const resource = uri ? stringOr(params?.["uri"]) : undefined;
  if (resource !== undefined) attributes[semconv.ATTR_MCP_RESOURCE_URI] = redactUri(resource);
  if (kind === "tool") attributes[semconv.ATTR_GEN_AI_OPERATION_NAME] = semconv.GEN_AI_OPERATION_EXECUTE_TOOL;
  const version = message["jsonrpc"];
  if (typeof version === "string" && version !== "2.0") {
    attributes[semconv.ATTR_JSONRPC_PROTOCOL_VERSION] = limit(version);
  }
  Object.assign(attributes, describeConnection(connection, side), exchange);

  return {
    method: message.method,
    side,
    role: connection.role,
    name: nameOf(message.method, target, known),
    signal: signal === "log" ? "log" : "span",
    owner: connection.owner,
    attributes,
    ...(target !== undefined && { target }),
    ...(connection.self !== undefined && { self: connection.self }),
  };
}

/** The progress of a request. Numbers only: the text of a progress message is content. */
export function describeProgress(params: JsonObject): AttributeValues {
  const { progress, total } = params;
  return {
    ...(typeof progress === "number" && { [semconv.ATTR_PROGRESS_VALUE]: progress }),
    ...(typeof total === "number" && { [semconv.ATTR_PROGRESS_TOTAL]: total }),
  };
}

/** The span's name with what is known so far; computed again at the end, since a successful use makes a name known. */
export function nameOf(method: string, target: string | undefined, known: KnownNames): string {
  // A peer may invent a method outside the protocol, so it counts as known once it has a handler or succeeded.
  const base = known.has("method", method) ? method : semconv.OTHER;
  const kind = methodRow(method).target;
  return kind !== undefined && target !== undefined && known.has(kind, target) ? `${base} ${target}` : base;
}

const NAME_ATTRIBUTE = {
  tool: semconv.ATTR_GEN_AI_TOOL_NAME,
  prompt: semconv.ATTR_GEN_AI_PROMPT_NAME,
} as const;

function limit(text: string): string {
  return text.length > MAX_ATTRIBUTE_LENGTH ? text.slice(0, MAX_ATTRIBUTE_LENGTH) : text;
}
