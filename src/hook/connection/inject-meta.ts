import type { JsonObject } from "../../operation/message.ts";
import { handsOn, withoutArrived } from "./arrived-context.ts";
import { isPlain } from "./readable.ts";

/** What a propagator calls its fields; an index is none. */
const FIELD = /^[A-Za-z][\w.-]*$/;

/**
 * The message with trace context in `params._meta` (SEP-414): a copy, since in memory both sides share the object. Only where the copy
 * says the same as the message, and else the message itself: the peer gets what the application said, with or without a trace.
 * What the caller has put there stays; a trace context of the caller's own is not mixed with ours.
 *
 * Takes nothing on trust but the message: whatever the carrier is, what is added is text under a name.
 */
export function withMeta(message: unknown, carrier: unknown): unknown {
  if (!isPlain(message)) return message;
  const { params } = message;
  if (params !== undefined && !isPlain(params)) return message;
  const meta = params?.["_meta"];
  if (meta !== undefined && !isPlain(meta)) return message;
  const added = fieldsOf(carrier);
  if (Object.keys(added).length === 0) return message;
  // A gateway hands on what it was asked with: its caller's context is not its own, and its own span belongs in between.
  if (meta !== undefined && handsOn(meta))
    return { ...message, params: { ...params, _meta: { ...withoutArrived(meta), ...added } } };
  if (meta?.["traceparent"] !== undefined) delete added["tracestate"];
  return { ...message, params: { ...params, _meta: { ...added, ...meta } } };
}

function fieldsOf(carrier: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  if (typeof carrier !== "object" || carrier === null) return fields;
  for (const [key, value] of Object.entries(carrier as JsonObject))
    if (typeof value === "string" && FIELD.test(key)) fields[key] = value;
  return fields;
}
