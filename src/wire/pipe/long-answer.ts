import type { RequestId } from "../../operation/message.ts";
import type { LongLine } from "./lines.ts";

const ID = String.raw`"id"\s*:\s*(-?\d{1,15}|"[^"\\]{0,128}")`;
const VERSION = String.raw`"jsonrpc"\s*:\s*"2\.0"`;
/** A result follows. What comes before it is in this order, or the other way round, in every SDK that is known. */
const BEGINS_WITH_ID = new RegExp(
  String.raw`^\s*\{\s*(?:${VERSION}\s*,\s*)?${ID}\s*,\s*(?:${VERSION}\s*,\s*)?"result"\s*:`,
);
/** The TypeScript SDKs write the result first, and the id last. */
const BEGINS_WITH_RESULT = new RegExp(String.raw`^\s*\{\s*(?:${VERSION}\s*,\s*)?"result"\s*:`);
const ENDS_WITH_ID = new RegExp(String.raw`,\s*${ID}\s*(?:,\s*${VERSION}\s*)?\}\s*$`);

/**
 * Which request an answer belongs to that was too long to be read, from its first and last bytes.
 * @returns `undefined` where they do not show it, and for all that is not a result
 */
export function answeredBy({ head, tail }: LongLine): RequestId | undefined {
  const first = head.toString("latin1");
  const [, id] =
    BEGINS_WITH_ID.exec(first) ??
    (BEGINS_WITH_RESULT.test(first) ? ENDS_WITH_ID.exec(tail.toString("latin1")) : undefined) ??
    [];
  if (id === undefined) return undefined;
  return id.startsWith('"') ? id.slice(1, -1) : Number(id);
}
