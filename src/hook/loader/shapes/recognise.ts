import { basename } from "node:path";
import { classBodies } from "./class-bodies.ts";
import { shapeOf } from "./class-shapes.ts";
import { HAND_OVER, isChanged } from "../hook-symbol.ts";
import { TRANSPORT_TEXT, type SdkClass } from "../implementations.ts";
import { carriesMessages, CLASS_ROWS, ownerOf, type SdkFile } from "../targets.ts";

const TEXTS = [...new Set(CLASS_ROWS.flatMap(([, { text }]) => text ?? [])), TRANSPORT_TEXT];
const NEEDLES = TEXTS.map((text) => Buffer.from(text));

/** The only test for every file; most files end here. */
export function mayHoldSdk(source: string | Uint8Array): boolean {
  if (typeof source === "string") return TEXTS.some((text) => source.includes(text));
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  return NEEDLES.some((needle) => bytes.includes(needle));
}

/**
 * The source of a file that contains an SDK, with a static block at the beginning of each class body that passes the
 * class to the patcher. `undefined` for every other file, and for one that the scanner cannot read.
 *
 * The blocks are on existing lines. No line of the file moves, and only the columns behind a block on its line:
 * nothing in a readable bundle, the rest of that line in a minified one.
 */
export function recognise(path: string, format: "esm" | "cjs", source: string): string | undefined {
  if (isChanged(source)) return undefined;
  const classes = (classBodies(source) ?? [])
    .map((body) => ({ at: body.start, name: shapeOf(source, body) }))
    .filter((found): found is { at: number; name: SdkClass } => found.name !== undefined)
    .toSorted((one, other) => one.at - other.at);
  if (!classes.some(({ name }) => carriesMessages(name))) return undefined;
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

/** A file of an SDK's own package is left to the footers, unless the package has its files in other places. */
function describe(path: string, format: "esm" | "cjs"): SdkFile | undefined {
  const owner = ownerOf(path);
  if (owner === undefined)
    return { package: `MCP SDK inside ${basename(path)}`, version: "", format, supported: true };
  return owner.familiar ? undefined : { ...owner.sdk, format };
}
