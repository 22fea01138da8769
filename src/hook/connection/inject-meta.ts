import type { JsonObject } from "../../operation/message.ts";
import { handsOn, withoutArrived } from "./arrived-context.ts";
import { isPlain } from "./readable.ts";

/** The form of a propagator's field name; an array index does not match. */
const FIELD = /^[A-Za-z][\w.-]*$/;

/**
 * The message with trace context in `params._meta` (SEP-414). It is a copy, since in memory both sides share the
 * object. Where a copy would differ from the message, the message itself is returned: the peer gets the same content
 * with and without a trace. The caller's own `_meta` stays, and its own trace context is not mixed with that of
 * mcp-otelkit.
 *
 * The carrier is not trusted: only text under a field name is added.
 */
export function withMeta(message: unknown, carrier: unknown): unknown {
  if (!isPlain(message)) return message;
  const { params } = message;
  if (params !== undefined && !isPlain(params)) return message;
  const meta = params?.["_meta"];
  if (meta !== undefined && !isPlain(meta)) return message;
  const added = fieldsOf(carrier);
  if (Object.keys(added).length === 0) return message;
  // A gateway forwards the `_meta` that it received: replace its caller's context, since the gateway's own span
  // belongs in between.
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
