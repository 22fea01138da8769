import type { ClassBody } from "./class-bodies.ts";
import type { SdkClass } from "../implementations.ts";
import { CLASS_ROWS } from "../targets.ts";

/** Which class of an implementation this is; `undefined` for any other class. */
export function shapeOf(source: string, { start, end, methods }: ClassBody): SdkClass | undefined {
  if (methods.length < 3) return undefined;
  const fitting = CLASS_ROWS.filter(([, row]) => row.methods.every((name) => methods.includes(name)));
  if (fitting.length === 0) return undefined;
  const body = source.slice(start, end);
  return fitting.find(([, { says }]) => says.every((text) => body.includes(text)))?.[0];
}
