/**
 * Reading values of the application's without running its code: no getter, no `toJSON`, no iterator. What JSON text made has none of
 * them, but in memory, and before it is sent, a message is made of the application's own objects: a getter may cost a
 * query, count its calls or end the process, and the transport reads it anyway. Only a Proxy's traps cannot be avoided.
 */

const UNREADABLE = "[unreadable]";
/** In place of a value that only the application's code could tell. */
export const GETTER = "[getter]";
/** Longer chains of classes are nobody's data. */
const MAX_PROTOTYPES = 8;

/** An object's own data property; a mark in place of a getter, or where even asking throws. */
export function ownValue(holder: unknown, name: string | number): unknown {
  if (typeof holder !== "object" || holder === null) return undefined;
  try {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property === undefined) return undefined;
    return property.get || property.set ? GETTER : property.value;
  } catch {
    return UNREADABLE;
  }
}

/** The names JSON would write; `undefined` where they cannot be had. */
export function ownNames(holder: object): readonly string[] | undefined {
  try {
    return Object.keys(holder);
  } catch {
    return undefined;
  }
}

/** The length of an array, `undefined` for what is none. */
export function lengthOf(value: unknown): number | undefined {
  try {
    // A number even of a Proxy's: the loops that use it have limits of their own.
    if (!Array.isArray(value)) return undefined;
    const length: unknown = value.length;
    return typeof length === "number" ? length : 0;
  } catch {
    return undefined; // a Proxy that was revoked
  }
}

/**
 * What to say of an object that is more than its properties, or less: a date's time, the size of binary data, the class
 * of what has a JSON form of its own, whose properties may be what that form hides. `undefined` for plain data.
 */
export function opaque(value: object): unknown {
  try {
    if (ArrayBuffer.isView(value)) return `[binary, ${value.byteLength} bytes]`;
    for (const [prototype, say] of OPAQUE)
      if (Object.prototype.isPrototypeOf.call(prototype, value)) return say(value);
    return classWithToJson(value);
  } catch {
    return UNREADABLE;
  }
}

/** Said by the language's own methods: one of the application's with the same name is not asked. */
const OPAQUE: readonly (readonly [prototype: object, say: (value: object) => unknown])[] = [
  [Date.prototype, sayDate],
  [ArrayBuffer.prototype, (value) => `[binary, ${(value as ArrayBuffer).byteLength} bytes]`],
  [Map.prototype, (value) => `[Map, ${(value as Map<unknown, unknown>).size} entries]`],
  [Set.prototype, (value) => `[Set, ${(value as Set<unknown>).size} entries]`],
  [String.prototype, (value) => String.prototype.valueOf.call(value)],
  [Number.prototype, (value) => Number.prototype.valueOf.call(value)],
  [Boolean.prototype, (value) => Boolean.prototype.valueOf.call(value)],
  [BigInt.prototype, (value) => BigInt.prototype.valueOf.call(value as unknown as bigint)],
];

function sayDate(value: object): string {
  const time = Date.prototype.getTime.call(value as Date);
  return Number.isNaN(time) ? "[invalid date]" : new Date(time).toISOString();
}

function classWithToJson(value: object): string | undefined {
  let at: object | null = value;
  for (let steps = 0; at !== null && at !== Object.prototype && at !== Array.prototype; steps++) {
    if (steps === MAX_PROTOTYPES) return UNREADABLE;
    const toJson = ownValue(at, "toJSON");
    if (typeof toJson === "function" || toJson === GETTER || toJson === UNREADABLE)
      return `[${className(at)}]`;
    at = Object.getPrototypeOf(at) as object | null;
  }
  return undefined;
}

function className(prototype: object): string {
  const made = ownValue(prototype, "constructor");
  const name: unknown =
    typeof made === "function" ? Object.getOwnPropertyDescriptor(made, "name")?.value : undefined;
  return typeof name === "string" && name !== "" && name.length <= 64 ? name : "object with toJSON";
}
