import { OTHER } from "../semconv.ts";

/** A class may be called anything. */
const MAX_CLASS_NAME_LENGTH = 128;

/**
 * The name of an error's class, which is code. Never `error.name`, nor anything else that stands on the object: whoever
 * throws can write a user's text there.
 */
export function classNameOf(error: object): string {
  const { constructor: made } = (Object.getPrototypeOf(error) ?? {}) as { constructor?: unknown };
  const name: unknown = typeof made === "function" && made !== Object ? made.name : undefined;
  return (typeof name === "string" && name.slice(0, MAX_CLASS_NAME_LENGTH)) || OTHER;
}
