import {
  MESSAGE_CLASSES,
  SDK_CLASSES,
  TRANSPORT_CLASSES,
  type SdkClass,
  type TransportClass,
} from "./targets.ts";
import { isObject } from "../../operation/message.ts";
import { wrapAiClient } from "../connection/ai-client.ts";
import { wrapConnect, wrapFunnel, wrapStart } from "../connection/connect.ts";
import { stdioServerLoaded } from "../stdio-server.ts";
import { wrapRegistrations, wrapTemplateMatch, wrapToolExecution } from "../server-details.ts";

/** A class as the SDK exports it: a function with a prototype to patch. */
type Class = ((...args: never[]) => unknown) & { readonly prototype: object };

/** How each class of an SDK is patched. */
const PATCHES: Readonly<Record<Exclude<SdkClass, TransportClass>, (prototype: object) => boolean | void>> = {
  Protocol: (prototype) => wrapConnect(prototype) && wrapFunnel(prototype),
  Client: (prototype) => wrapConnect(prototype, false),
  Server: () => true, // nothing to patch; its presence shows that this process is a server
  McpServer(prototype) {
    wrapRegistrations(prototype);
    wrapToolExecution(prototype);
  },
  AiClient: wrapAiClient,
  UriTemplate: wrapTemplateMatch,
};

function patchClass(name: SdkClass, prototype: object): boolean | void {
  if (name === "StdioServerTransport") stdioServerLoaded();
  return isTransportClass(name) ? wrapStart(prototype, TRANSPORT_CLASSES[name]) : PATCHES[name](prototype);
}

function isTransportClass(name: SdkClass): name is TransportClass {
  return name in TRANSPORT_CLASSES;
}

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
  for (const name of SDK_CLASSES) {
    const found =
      exports[name] ??
      (name === "Protocol" ? (baseOf(exports["Server"]) ?? baseOf(exports["Client"])) : undefined);
    if (!isClass(found)) continue;
    const { prototype } = found;
    if (Object.hasOwn(prototype, MARK)) result.already.push(name);
    else if (patchClass(name, prototype) === false) result.refused.push(name);
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
    if (has("connect") && has("request") && has("notification")) found["Protocol"] = current;
    else if (has("callTool") && has("connect")) found["Client"] = current;
    else if (has("registerTool") || (has("tool") && has("prompt"))) found["McpServer"] = current;
    else if (has("init") && has("request") && has("onResponse")) found["AiClient"] = current;
    else if (has("match") && has("expand")) found["UriTemplate"] = current;
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
