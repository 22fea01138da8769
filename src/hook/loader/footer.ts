import { fileURLToPath } from "node:url";
import { findSdkFile, SDK_CLASSES } from "./targets.ts";

/**
 * The name by which loaded SDK files reach the patcher. Global and versioned: the files may be changed by the hook of
 * another thread, or of another copy of this package.
 */
export const HOOK_SYMBOL = "mcp-otelkit.hook.1";

/**
 * What is appended to an ECMAScript module of an SDK, or `undefined` for any other file.
 *
 * Appended to the real file rather than wrapped around it (import-in-the-middle): no module gets another shape, exports
 * keep their identity, and several copies of import-in-the-middle in the process, of which only one is ever heard, do not
 * matter. The classes are taken from the file's own scope, in which their names are those of the exports.
 */
export function footerFor(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const sdk = findSdkFile(fileURLToPath(url.replace(/[?#].*$/, "")));
  if (sdk?.format !== "esm") return undefined;
  const classes = SDK_CLASSES.map(
    (name) => `${name}: typeof ${name} === "function" ? ${name} : undefined`,
  ).join(", ");
  return `\n;globalThis[Symbol.for(${JSON.stringify(HOOK_SYMBOL)})]?.(${JSON.stringify(sdk)}, { ${classes} });\n`;
}

/** The loader's answer with the footer, where there is one to add. Other loaders may have changed the source before. */
export function withFooter<Loaded extends { format?: string | null | undefined; source?: unknown }>(
  url: string,
  loaded: Loaded,
): Loaded {
  if (loaded.format !== "module" || loaded.source === undefined || loaded.source === null) return loaded;
  const footer = footerFor(url);
  if (footer === undefined) return loaded;
  const { source } = loaded;
  const text = typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
  return { ...loaded, source: text + footer };
}
