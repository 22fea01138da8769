import { render } from "../support/render.ts";
import type { SeenSpan } from "../support/seen-span.ts";

/**
 * A whole conversation as trees. Attributes that all spans of mcp-otelkit share are printed once, at the top. Spans
 * are sorted by their start (the order in which `withTelemetry` returns them), since the clock alone would make
 * pictures differ from run to run.
 */
export function picture(spans: readonly SeenSpan[]): string {
  const ours = spans.filter(({ scope }) => scope === "mcp-otelkit");
  const common = commonOf(ours.map(({ attributes }) => attributes));
  const ordered = spans.map((span, at) => ({ ...span, startNs: BigInt(at) * 1_000_000n }));
  const heading = Object.entries(common).map(([key, value]) => `  ${key}=${String(value)}\n`);
  return `every span of mcp-otelkit:\n${heading.toSorted().join("")}\n${render(ordered, { attributes: (key) => !(key in common) })}`;
}

function commonOf([first = {}, ...rest]: readonly Record<string, unknown>[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => rest.every((other) => other[key] === value)));
}
