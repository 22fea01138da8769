/**
 * Reads JSON-RPC messages. A message may be anything, so every function here is total over `unknown`.
 * Source: JSON-RPC 2.0, and MCP `schema.ts` (ids are strings or numbers; 0 and "" are ids, null is not).
 */

export type RequestId = string | number;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface RequestMessage extends JsonObject {
  readonly id: RequestId;
  readonly method: string;
}

export interface NotificationMessage extends JsonObject {
  readonly method: string;
}

export interface ResponseMessage extends JsonObject {
  readonly id: RequestId;
}

export type SeenMessage =
  | { readonly kind: "request"; readonly message: RequestMessage }
  | { readonly kind: "notification"; readonly message: NotificationMessage }
  | { readonly kind: "response"; readonly message: ResponseMessage };

/** Classifies a message; `undefined` for anything that is none of the three (batches, null ids, garbage). */
export function describeMessage(value: unknown): SeenMessage | undefined {
  if (!isObject(value)) return undefined;
  const { id, method } = value;
  if (typeof method === "string") {
    if (isRequestId(id)) return { kind: "request", message: value as RequestMessage };
    return id === undefined ? { kind: "notification", message: value as NotificationMessage } : undefined;
  }
  const answers = method === undefined && isRequestId(id) && ("result" in value || "error" in value);
  return answers ? { kind: "response", message: value as ResponseMessage } : undefined;
}

/** `params` of a message, or `undefined` where they are absent or not an object. */
export function paramsOf(message: JsonObject): JsonObject | undefined {
  return objectOr(message["params"]);
}

/** `params._meta` of a message (or `_meta` of a result), or `undefined` where it is absent or not an object. */
export function metaOf(holder: JsonObject | undefined): JsonObject | undefined {
  return objectOr(holder?.["_meta"]);
}

/** The token under which progress of a request is reported, where its sender asks for progress. */
export function progressTokenOf(message: JsonObject): RequestId | undefined {
  const token = metaOf(paramsOf(message))?.["progressToken"];
  return isRequestId(token) ? token : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectOr(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

export function stringOr(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function isRequestId(value: unknown): value is RequestId {
  return typeof value === "string" || typeof value === "number";
}
