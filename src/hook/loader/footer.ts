import { fileURLToPath } from "node:url";
import { HAND_OVER } from "./hook-symbol.ts";
import { mayHoldSdk, recognise } from "./shapes/recognise.ts";
import { CLASS_ROWS, findSdkFile } from "./targets.ts";

/**
 * What is appended to an ECMAScript module of an SDK, or `undefined` for any other file.
 *
 * Appended to the real file rather than wrapped around it (import-in-the-middle): modules keep their shape, exports
 * keep their identity, and several copies of import-in-the-middle in the process, of which only one works, do not
 * matter. The footer reads the classes from the file's own scope, where they have the names of the exports.
 */
export function footerFor(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const sdk = findSdkFile(fileURLToPath(url.replace(/[?#].*$/, "")));
  if (sdk?.format !== "esm") return undefined;
  const classes = CLASS_ROWS.map(
    ([name]) => `${name}: typeof ${name} === "function" ? ${name} : undefined`,
  ).join(", ");
  return `\n;${HAND_OVER}${JSON.stringify(sdk)}, { ${classes} });\n`;
}

/** The source of an ES module with its footer; `undefined` for every module without an SDK. */
export function changeModule(url: string, source: string | Uint8Array): string | undefined {
  const footer = footerFor(url);
  if (footer !== undefined) return textOf(source) + footer;
  if (!url.startsWith("file:") || !mayHoldSdk(source)) return undefined;
  return recognise(fileURLToPath(url.replace(/[?#].*$/, "")), "esm", textOf(source));
}

function textOf(source: string | Uint8Array): string {
  return typeof source === "string" ? source : new TextDecoder().decode(source);
}

/** The loader's result with the footer. Other loaders may have changed the source before. */
export function withFooter<Loaded extends { format?: string | null | undefined; source?: unknown }>(
  url: string,
  loaded: Loaded,
): Loaded {
  if (loaded.format !== "module" || loaded.source === undefined || loaded.source === null) return loaded;
  const source = changeModule(url, loaded.source as string | Uint8Array);
  return source === undefined ? loaded : { ...loaded, source };
}
