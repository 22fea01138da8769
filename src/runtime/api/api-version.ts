import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** A file of the API in a stack; the group is the folder of that copy. */
const API_FILE = /(?:\(|\s)((?:file:\/\/)?[^\s()]*[\\/]@opentelemetry[\\/]api)[\\/]/;

/**
 * The version of the copy of `@opentelemetry/api` that calls now. A copy registers only where the registry has
 * exactly its own version, and only the stack shows which copy it is.
 * @returns `undefined` for a copy inside a bundle, whose files have no names
 */
export function versionOfCaller(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 12;
  const { stack } = new Error("which copy asks");
  Error.stackTraceLimit = stackTraceLimit;
  const folder = API_FILE.exec(String(stack))?.[1];
  if (folder === undefined) return undefined;
  return readVersion(() => `${folder.startsWith("file:") ? fileURLToPath(folder) : folder}/package.json`);
}

/** The version of the copy that mcp-otelkit uses; `undefined` where it is not installed. */
export function ownVersion(): string | undefined {
  return readVersion(() => createRequire(import.meta.url).resolve("@opentelemetry/api/package.json"));
}

function readVersion(manifest: () => string): string | undefined {
  try {
    return (JSON.parse(readFileSync(manifest(), "utf8")) as { version?: string }).version;
  } catch {
    return undefined; // missing, or in its own file system
  }
}
