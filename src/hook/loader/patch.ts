import { isObject } from "../../operation/message.ts";
import { PATCHES } from "./patches.ts";
import { CLASS_ROWS, MESSAGE_CLASSES } from "./targets.ts";

/** A class as the SDK exports it: a function with a prototype to patch. */
type Class = ((...args: never[]) => unknown) & { readonly prototype: object };

/** On a patched prototype: the version of mcp-otelkit that patched it. All copies in the process share it. */
const MARK = Symbol.for("mcp-otelkit.patched");

export interface PatchResult {
  /** Classes that are now patched. */
  readonly patched: readonly string[];
  /** Classes that another copy of mcp-otelkit had already patched. */
  readonly already: readonly string[];
  /** Classes that lack the expected methods. */
  readonly refused: readonly string[];
}

/** Patches the SDK classes in `exports`; each class once, however many files pass it. */
export function patchExports(exports: Readonly<Record<string, unknown>>, version: string): PatchResult {
  const result = { patched: [] as string[], already: [] as string[], refused: [] as string[] };
  for (const [name] of CLASS_ROWS) {
    const patch = PATCHES[name];
    const found =
      exports[name] ??
      (name === "Protocol" ? (baseOf(exports["Server"]) ?? baseOf(exports["Client"])) : undefined);
    if (!isClass(found)) continue;
    const { prototype } = found;
    if (Object.hasOwn(prototype, MARK)) result.already.push(name);
    else if (patch(prototype) === false) result.refused.push(name);
    else {
      Object.defineProperty(prototype, MARK, { value: version });
      result.patched.push(name);
    }
  }
  return result;
}

/**
 * Finds the classes for {@link patchExports} in a module, a class or an instance, whatever their names: bundlers
 * rename classes, so a class is recognised by its methods.
 */
export function exportsOf(given: unknown): Record<string, unknown>[] {
  if (isClass(given)) return [roleNames(given)];
  if (typeof given !== "object" || given === null) return [];
  const { server } = given as { server?: unknown }; // an McpServer contains its Server
  const instances = isObject(server) ? [given, server] : [given];
  const classes = instances
    .map((instance) => instance.constructor)
    .filter((candidate) => candidate !== Object);
  const values = classes.length > 0 && isProtocolLike(classes.at(-1)) ? classes : Object.values(given);
  // One by one: v2's Client and Server each have their own Protocol.
  return values.filter(isClass).map(roleNames);
}

function roleNames(given: Class): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (let current: unknown = given; isClass(current); current = baseOf(current)) {
    const { prototype } = current;
    const has = (method: string): boolean => Object.hasOwn(prototype, method);
    const row = CLASS_ROWS.find(([, { handed }]) => handed?.some((methods) => methods.every(has)));
    if (row !== undefined) found[row[0]] = current;
  }
  return found;
}

function isProtocolLike(candidate: unknown): boolean {
  if (!isClass(candidate)) return false;
  const names = roleNames(candidate);
  return MESSAGE_CLASSES.some((name) => names[name] !== undefined);
}

function isClass(value: unknown): value is Class {
  return typeof value === "function" && isObject((value as { prototype?: unknown }).prototype);
}

function baseOf(value: unknown): Class | undefined {
  const base: unknown = typeof value === "function" ? Object.getPrototypeOf(value) : undefined;
  return isClass(base) ? base : undefined;
}
