import type { SeenSpan } from "./seen-span.ts";

export interface SpanNode {
  span: SeenSpan;
  children: SpanNode[];
  /** It names a parent that is not among the spans. */
  remoteParent: boolean;
}

export interface TraceTree {
  traceId: string;
  /** 1 for the trace that started first, so that a picture needs no random id. */
  number: number;
  roots: SpanNode[];
}

/** Spans in any order to one tree per trace, in an order that is the same from run to run. */
export function toTraceTrees(spans: readonly SeenSpan[]): TraceTree[] {
  const nodes = new Map<string, SpanNode>();
  for (const span of spans)
    nodes.set(keyOf(span.traceId, span.spanId), { span, children: [], remoteParent: false });

  const roots: SpanNode[] = [];
  for (const node of nodes.values()) {
    const { traceId, parentSpanId } = node.span;
    const parent = parentSpanId === undefined ? undefined : nodes.get(keyOf(traceId, parentSpanId));
    node.remoteParent = parentSpanId !== undefined && parent === undefined;
    (parent?.children ?? roots).push(node);
  }
  for (const node of nodes.values()) node.children = inStableOrder(node.children);

  const byTrace = groupBy(inStableOrder(roots), (root) => root.span.traceId);
  return [...byTrace].map(([traceId, ofTrace], index) => ({ traceId, number: index + 1, roots: ofTrace }));
}

/**
 * Siblings by start time, but the clock alone would make golden files flap: the JavaScript SDK starts spans on whole milliseconds, so that two
 * of them are sometimes equal and sometimes not. Inside one millisecond the order therefore has to be the true one as well: the sender before
 * the receiver, then the order in which they came (which is the order in which they ended), but requests among themselves by their id.
 */
function inStableOrder(siblings: SpanNode[]): SpanNode[] {
  const sorted = siblings.toSorted((a, b) => compare(startMs(a), startMs(b)) || kindRank(a) - kindRank(b));
  const together = groupBy(sorted, ({ span }) => `${span.startNs / NS_PER_MS} ${span.kind} ${span.service}`);
  return [...together.values()].flatMap(requestsById);
}

/** Puts the requests into the order of their ids, in the places that requests have; everything else stays where it is. */
function requestsById(nodes: SpanNode[]): SpanNode[] {
  const requests = nodes
    .filter((node) => !Number.isNaN(requestId(node)))
    .toSorted((a, b) => requestId(a) - requestId(b));
  return nodes.map((node) => (Number.isNaN(requestId(node)) ? node : (requests.shift() ?? node)));
}

const KIND_RANK = ["CLIENT", "PRODUCER", "SERVER", "CONSUMER", "INTERNAL"];
const kindRank = (node: SpanNode) => KIND_RANK.indexOf(node.span.kind);
const NS_PER_MS = 1_000_000n;
const startMs = (node: SpanNode) => node.span.startNs / NS_PER_MS;
const requestId = (node: SpanNode) => Number(node.span.attributes["jsonrpc.request.id"] ?? NaN);
const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = (traceId: string, spanId: string) => `${traceId}/${spanId}`;

// Map.groupBy needs Node 21.
function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
