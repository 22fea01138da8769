/** The `_meta` that mcp-otelkit puts into a request without one, as bytes: at the head of `params`, or with `params` at the head or the end. */
const META = String.raw`"_meta":\{"traceparent":"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"\}`;
const ADDED = new RegExp(String.raw`"params":\{${META}\},|,"params":\{${META}\}(?=\})|${META},?`, "g");

/** Bytes as they would be without it; what is no ASCII stays what it is. */
export function withoutAddedMeta(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replaceAll(ADDED, ""), "latin1");
}
