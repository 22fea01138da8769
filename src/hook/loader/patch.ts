import { MESSAGE_CLASSES, SDK_CLASSES, type SdkClass } from "./targets.ts";
import { isObject } from "../../operation/message.ts";
import { wrapAiClient } from "../connection/ai-client.ts";
import { wrapConnect, wrapFunnel, wrapStart } from "../connection/connect.ts";
import { stdioServerLoaded } from "../stdio-server.ts";
import { wrapRegistrations, wrapTemplateMatch, wrapToolExecution } from "../server-details.ts";

/** A class as the SDK exports it: a function with a prototype to patch. */
type Class = ((...args: never[]) => unknown) & { readonly prototype: object };

/** How each class of an SDK is patched. */
const PATCHES: Readonly<Record<SdkClass, (prototype: object) => boolean | void>> = {
  Protocol: (prototype) => wrapConnect(prototype) && wrapFunnel(prototype),
  Client: (prototype) => wrapConnect(prototype, false),
  Server: () => true, // nothing to patch; that it is there tells that this process serves
  McpServer(prototype) {
    wrapRegistrations(prototype);
    wrapToolExecution(prototype);
  },
  AiClient: wrapAiClient,
  UriTemplate: wrapTemplateMatch,
  StdioClientTransport: (prototype) => wrapStart(prototype, "client"),
  StdioServerTransport(prototype) {
    stdioServerLoaded();
    return wrapStart(prototype, "server");
  },
};

/** On a patched prototype: the version of the package that patched it. Shared by every copy of ours in the process. */
const MARK = Symbol.for("mcp-otelkit.patched");

export interface PatchResult {
  /** Classes that are patched now. */
  readonly patched: readonly string[];
  /** Classes that some copy of ours had patched before. */
  readonly already: readonly string[];
  /** Classes that do not look as they should. */
  readonly refused: readonly string[];
}

/** Patches whatever of an SDK stands in `exports`; each class once, however many files hand it over. */
export function patchExports(exports: Readonly<Record<string, unknown>>, version: string): PatchResult {
  const result = { patched: [] as string[], already: [] as string[], refused: [] as string[] };
  for (const name of SDK_CLASSES) {
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
 * Finds what {@link patchExports} wants in a module, a class or an instance of one, whatever its name: bundlers rename
 * classes, and a class is known by its methods.
 */
export function exportsOf(given: unknown): Record<string, unknown>[] {
  if (isClass(given)) return [roleNames(given)];
  if (typeof given !== "object" || given === null) return [];
  const { server } = given as { server?: unknown }; // a McpServer holds its Server
  const instances = isObject(server) ? [given, server] : [given];
  const classes = instances
    .map((instance) => instance.constructor)
    .filter((candidate) => candidate !== Object);
  const values = classes.length > 0 && isProtocolLike(classes.at(-1)) ? classes : Object.values(given);
  // One by one: v2's Client and Server each have a Protocol of their own.
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
