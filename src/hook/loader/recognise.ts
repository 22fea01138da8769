import { basename } from "node:path";
import { classBodies } from "./class-bodies.ts";
import { PROTOCOL_TEXT, shapeOf } from "./class-shapes.ts";
import { HAND_OVER, isChanged } from "./hook-symbol.ts";
import { MESSAGE_CLASSES, ownerOf, type SdkClass, type SdkFile } from "./targets.ts";

const NEEDLE = Buffer.from(PROTOCOL_TEXT);

/** The only thing that is asked of every file; all others end here. */
export function mayHoldSdk(source: string | Uint8Array): boolean {
  if (typeof source === "string") return source.includes(PROTOCOL_TEXT);
  return Buffer.from(source.buffer, source.byteOffset, source.byteLength).includes(NEEDLE);
}

/**
 * The source of a file with an SDK inside, of which each class hands itself to the patcher as soon as it is defined: a static
 * block at the beginning of its body. `undefined` for every other file, and for one that the scanner cannot make out.
 *
 * The blocks stand on lines that are there. No line of the file moves, and no column but those behind a block on its line;
 * in a readable bundle that is nothing, in a minified one the rest of that line.
 */
export function recognise(path: string, format: "esm" | "cjs", source: string): string | undefined {
  if (isChanged(source)) return undefined;
  const classes = (classBodies(source) ?? [])
    .map((body) => ({ at: body.start, name: shapeOf(source, body) }))
    .filter((found): found is { at: number; name: SdkClass } => found.name !== undefined)
    .toSorted((one, other) => one.at - other.at);
  if (!classes.some(({ name }) => MESSAGE_CLASSES.includes(name))) return undefined;
  const file = describe(path, format);
  if (file === undefined) return undefined;
  let changed = "";
  let from = 0;
  for (const { at, name } of classes) {
    changed += `${source.slice(from, at)}static{${HAND_OVER}${JSON.stringify(file)},{${name}:this})}`;
    from = at;
  }
  return changed + source.slice(from);
}

/** A file of an SDK's own package is left to the footers, unless its files are not where they know them. */
function describe(path: string, format: "esm" | "cjs"): SdkFile | undefined {
  const owner = ownerOf(path);
  if (owner === undefined)
    return { package: `MCP SDK inside ${basename(path)}`, version: "", format, supported: true };
  return owner.familiar ? undefined : { ...owner.sdk, format };
}
