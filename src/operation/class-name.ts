import { OTHER } from "../semconv.ts";

/** The limit on class names, which may be any text. */
const MAX_CLASS_NAME_LENGTH = 128;

/**
 * The name of an error's class, which is code. Never `error.name` or another property of the object: the code that
 * throws may put a user's text there.
 */
export function classNameOf(error: object): string {
  const { constructor: made } = (Object.getPrototypeOf(error) ?? {}) as { constructor?: unknown };
  const name: unknown = typeof made === "function" && made !== Object ? made.name : undefined;
  return (typeof name === "string" && name.slice(0, MAX_CLASS_NAME_LENGTH)) || OTHER;
}
