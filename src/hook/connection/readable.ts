import { types } from "node:util";
import type { JsonObject } from "../../operation/message.ts";

/**
 * Reads a message without running the application's code. Before a message is sent, and in memory when it arrives, it
 * consists of the application's own objects: a getter may count its calls or cost a query, and a Proxy may do
 * anything.
 */

/** More messages than this in one array are passed on unread. */
const MOST_IN_BATCH = 1000;

/** Whether this is a batch of messages, as JSON-RPC has it and MCP had it in 2025-03-26, that can be read and copied. */
export function isBatch(message: unknown): message is readonly unknown[] {
  return (
    Array.isArray(message) &&
    !types.isProxy(message) &&
    message.length <= MOST_IN_BATCH &&
    !("toJSON" in message) &&
    Array.from(message.keys()).every((at) => "value" in (Object.getOwnPropertyDescriptor(message, at) ?? {}))
  );
}

/** The parts of a message that are read. */
const PARTS = ["params", "result", "error"] as const;

/**
 * @returns the message itself where all of it is plain data, else a copy with its data properties; `undefined` where
 *   it cannot be read. Never to be sent.
 */
export function readable(message: unknown): unknown {
  if (typeof message !== "object" || message === null) return message;
  if (types.isProxy(message)) return undefined;
  const view = Array.isArray(message) ? message : dataOf(message);
  for (const part of PARTS) {
    const value = (view as JsonObject)[part];
    if (typeof value !== "object" || value === null) continue;
    const seen = readablePart(value);
    if (seen !== value) return withReadableParts(view as JsonObject);
  }
  return view;
}

function withReadableParts(view: JsonObject): JsonObject {
  const parts = PARTS.filter((part) => Object.hasOwn(view, part)).map((part) => [
    part,
    readablePart(view[part]),
  ]);
  return { ...view, ...(Object.fromEntries(parts) as JsonObject) };
}

function readablePart(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (types.isProxy(value)) return undefined;
  if (Array.isArray(value)) return value;
  const data = dataOf(value);
  const meta = data["_meta"];
  if (typeof meta !== "object" || meta === null || Array.isArray(meta)) return data;
  const seen = types.isProxy(meta) ? undefined : dataOf(meta);
  return seen === meta ? data : { ...data, _meta: seen };
}

/** The object itself where all its own properties are data, else a copy of those that are. */
function dataOf(value: object): JsonObject {
  const keys = Object.keys(value);
  const isData = (key: string): boolean => "value" in (Object.getOwnPropertyDescriptor(value, key) ?? {});
  if (keys.every(isData)) return value as JsonObject;
  return Object.fromEntries(keys.filter(isData).map((key) => [key, (value as JsonObject)[key]]));
}

/** Whether a copy equals the object itself, both as JSON and in memory: only data properties, and no class. */
export function isPlain(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null || types.isProxy(value) || Array.isArray(value))
    return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Another realm, such as a test runner's, has another Object.prototype. An object of defaults has no such method.
  if (
    prototype !== null &&
    (Object.getPrototypeOf(prototype) !== null || !Object.hasOwn(prototype, "isPrototypeOf"))
  )
    return false;
  if ("toJSON" in value) return false;
  return Reflect.ownKeys(value).every((key) => {
    const property = Object.getOwnPropertyDescriptor(value, key);
    return property !== undefined && "value" in property && property.enumerable === true;
  });
}
