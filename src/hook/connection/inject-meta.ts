import type { JsonObject } from "../../operation/message.ts";
import { handsOn, withoutArrived } from "./arrived-context.ts";

/**
 * Whether a message that is to be sent in another's place is that other one, but for `params._meta`: whatever becomes of
 * our code, the peer gets what the application said. Uses nothing else of ours, so that it holds where the rest does not.
 */
export function isFaithful(outgoing: unknown, message: unknown): boolean {
  if (Object.is(outgoing, message)) return true;
  if (!isRecord(outgoing) || !isRecord(message)) return false;
  const before = isRecord(message["params"]) ? message["params"] : {};
  const after = isRecord(outgoing["params"]) ? outgoing["params"] : {};
  return (
    sameBut("params", outgoing, message) &&
    sameBut("_meta", after, before) &&
    keeps(after["_meta"], before["_meta"])
  );
}

/** The same keys with the same values, but for one key. */
function sameBut(except: string, one: JsonObject, other: JsonObject): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of keys) if (key !== except && one[key] !== other[key]) return false;
  return true;
}

/** What a propagator calls its fields; an index is none. */
const FIELD = /^[A-Za-z][\w.-]*$/;

/** Everything that was there is there; what was added is text under a name. */
function keeps(after: unknown, before: unknown): boolean {
  if (after === before) return true;
  if (!isRecord(after)) return false;
  // What a gateway hands on of its caller's context is replaced; everything else is there.
  const kept = isRecord(before) ? (handsOn(before) ? withoutArrived(before) : before) : {};
  for (const key of Object.keys(kept)) if (after[key] !== kept[key]) return false;
  for (const key of Object.keys(after))
    if (!Object.hasOwn(kept, key) && (typeof after[key] !== "string" || !FIELD.test(key))) return false;
  return true;
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
