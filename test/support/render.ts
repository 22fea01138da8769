import type { SeenSpan } from "./seen-span.ts";
import { toTraceTrees, type SpanNode, type TraceTree } from "./span-tree.ts";

export interface RenderOptions {
  /** Real durations (`12 ms`) instead of `~`, and real values of attributes that differ from run to run. Default: false. */
  durations?: boolean;
  /** A column with each span's service.name. Default: false. */
  services?: boolean;
  /** Which attributes to show; asked for `link` and `status.message` as well. Default: all. */
  attributes?: (key: string) => boolean;
  /** Longer lines end in `…`. Default: no limit. */
  width?: number;
  /** Gives a piece of the picture its look, a colour for instance. Must not change what is visible of it. Default: as it is. */
  paint?: (part: Part, text: string) => string;
}

export type Part =
  | "trace"
  | "service"
  | "branch"
  | "kind"
  | "name"
  | "error"
  | "duration"
  | "attributes"
  | "event";

/** Differ from run to run whatever the code does; shown as `~` in pictures that are to be compared. */
const VOLATILE = /(^|\.)port$|^mcp\.session\.id$|^exception\.stacktrace$|^(process|thread)\.|^url\.full$/;

/**
 * Draws spans as trees, one line per span, for golden files and for people:
 *
 *     trace 1
 *     CLIENT tools/call add            ~  gen_ai.tool.name=add  jsonrpc.request.id=2
 *     └ SERVER tools/call add  error   ~  error.type=tool_error  network.transport=pipe
 *       · mcp.cancelled reason=tired
 */
export function render(spans: readonly SeenSpan[], options: RenderOptions = {}): string {
  const trees = toTraceTrees(spans);
  const nameOf = linkNames(trees);
  const blocks = trees.map((tree) => {
    const rows = tree.roots.flatMap((root) => rowsOf(root, "", "", options, nameOf));
    return [paintWith(options)("trace", `trace ${tree.number}`), ...align(rows, options)];
  });
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** One line, in the pieces that are aligned with those of the lines above and below. */
interface Row {
  service: string;
  head: Piece[];
  duration: string;
  rest: string;
}

type Piece = [part: Part, text: string];

/** `own` is the branch in front of the span itself, `below` the one in front of everything that hangs under it. */
function rowsOf(
  node: SpanNode,
  own: string,
  below: string,
  options: RenderOptions,
  nameOf: LinkNames,
): Row[] {
  const { span, children } = node;
  const shown = options.attributes ?? (() => true);
  const head: Piece[] = [
    ["branch", own],
    ["kind", span.kind],
    ["name", ` ${span.name}`],
  ];
  if (node.remoteParent) head.push(["branch", " (remote parent)"]);
  if (span.status.code === "ERROR") head.push(["error", "  error"]);

  const attributes = span.status.message
    ? { ...span.attributes, "status.message": span.status.message }
    : span.attributes;
  const links = shown("link") ? span.links.map((link) => `link=${nameOf(link)}`).toSorted() : [];
  const rest = [...pairs(attributes, shown, options), ...links].join("  ");
  const row: Row = { service: span.service, head, duration: durationOf(span, options), rest };

  const besideEvents = below + (children.length > 0 ? "│ " : "  ");
  const events = span.events.map((event): Row => {
    const text = ["·", event.name, ...pairs(event.attributes, shown, options)].join(" ");
    return {
      service: "",
      head: [
        ["branch", besideEvents],
        ["event", text],
      ],
      duration: "",
      rest: "",
    };
  });
  const nested = children.flatMap((child, index) => {
    const [mark, under] = index === children.length - 1 ? ["└ ", "  "] : ["├ ", "│ "];
    return rowsOf(child, below + mark, below + under, options, nameOf);
  });
  return [row, ...events, ...nested];
}

function align(rows: Row[], options: RenderOptions): string[] {
  const paint = paintWith(options);
  const spans = rows.filter((row) => row.duration !== "");
  const widest = (length: (row: Row) => number) => Math.max(0, ...spans.map(length));
  const headWidth = widest(headLength);
  const durationWidth = widest((row) => row.duration.length);
  const serviceWidth = options.services ? widest((row) => row.service.length) + 2 : 0;

  return rows.map((row) => {
    const service: Piece = ["service", options.services ? row.service.padEnd(serviceWidth) : ""];
    const pieces: Piece[] = [service, ...row.head];
    if (row.duration)
      pieces.push([
        "duration",
        " ".repeat(headWidth - headLength(row) + 2) + row.duration.padStart(durationWidth),
      ]);
    if (row.rest) pieces.push(["attributes", `  ${row.rest}`]);
    return cut(pieces, options.width ?? Infinity)
      .map(([part, text]) => (text ? paint(part, text) : ""))
      .join("");
  });
}

function cut(pieces: Piece[], width: number): Piece[] {
  const whole = pieces.reduce((sum, [, text]) => sum + text.length, 0);
  if (whole <= width) return pieces;
  let left = width - 1;
  const kept = pieces.map(([part, text]): Piece => {
    const piece = text.slice(0, left);
    left -= piece.length;
    return [part, piece];
  });
  return [...kept, ["branch", "…"]];
}

function pairs(
  attributes: Record<string, unknown>,
  shown: (key: string) => boolean,
  options: RenderOptions,
): string[] {
  const keys = Object.keys(attributes).filter(shown).toSorted();
  return keys.map(
    (key) => `${key}=${!options.durations && VOLATILE.test(key) ? "~" : valueText(attributes[key])}`,
  );
}

/** Quoted only where the reader could not see where the value begins and ends. */
function valueText(value: unknown): string {
  if (typeof value === "string" && /^[^\s"]+( [^\s"]+)*$/.test(value)) return value;
  return typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
}

function durationOf(span: SeenSpan, options: RenderOptions): string {
  if (!options.durations) return "~";
  const ms = Number(span.endNs - span.startNs) / 1e6;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 9.95 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

type LinkNames = (link: SeenSpan["links"][number]) => string;

function linkNames(trees: TraceTree[]): LinkNames {
  const names = new Map<string, string>();
  for (const { traceId, number, roots } of trees) {
    for (const { span } of flatten(roots))
      names.set(`${traceId}/${span.spanId}`, `trace ${number}/${span.name}`);
  }
  return ({ traceId, spanId }) => names.get(`${traceId}/${spanId}`) ?? "(a span that is not here)";
}

const flatten = (nodes: SpanNode[]): SpanNode[] => nodes.flatMap((node) => [node, ...flatten(node.children)]);
const headLength = (row: Row) => row.head.reduce((sum, [, text]) => sum + text.length, 0);
const paintWith = (options: RenderOptions) => options.paint ?? ((_part: Part, text: string) => text);
