import { context, SpanKind, trace, type Context, type Link, type Span } from "@opentelemetry/api";
import type { Carrier } from "../../operation/observer.ts";
import type { Operation } from "../../operation/operation.ts";
import * as semconv from "../../semconv.ts";
import { receive, withoutBrought, type Received, type Trust } from "./propagation.ts";

/** The parent and links of a message that arrives. */
export interface Parents extends Received {
  /** The context around it, where that is still open. */
  readonly ambient: Context;
}

/**
 * The parent is the one in `params._meta`; else the one in the headers of its HTTP request; else the ambient span,
 * such as that of a start-up, as long as it is open.
 * Source: semantic conventions for MCP, "context propagation".
 */
export function parentsOf(
  operation: Operation,
  carrier: Carrier,
  trust: Trust,
  headers?: () => Carrier,
): Parents {
  const open = openPart(operation, context.active());
  const ambient = headers === undefined ? open : withoutBrought(open, headers, trust);
  const named = receive(operation, carrier, trust, ambient);
  const names = named.offered !== undefined || spanIdOf(named.parent) !== spanIdOf(ambient);
  if (headers === undefined || trust.trust === "none" || (names && trust.trust === "parent"))
    return { ...named, ambient };
  if (trust.trust === "link")
    return {
      ...(named.offered === undefined ? receive(operation, headers(), trust, ambient) : named),
      ambient,
    };
  const fromHeaders = receive(operation, headers(), trust, named.parent).parent;
  // Where HTTP is instrumented, the HTTP server's span is a child of the headers' parent, and nearer.
  const sameTrace = trace.getSpanContext(fromHeaders)?.traceId === trace.getSpanContext(ambient)?.traceId;
  return { parent: sameTrace ? named.parent : fromHeaders, ambient };
}

function spanIdOf(from: Context): string | undefined {
  return trace.getSpanContext(from)?.spanId;
}

const ended = new WeakSet<Span>();

/** Remembers that a span of mcp-otelkit has ended. */
export function markEnded(span: Span): void {
  ended.add(span);
}

export function hasEnded(span: Span): boolean {
  return ended.has(span) || (span as { ended?: unknown }).ended === true;
}

/**
 * The context in which a message is sent. A timer or a loop that a call has left behind goes on in the context of that call for ever:
 * a span that has ended is no parent of what it sends, and a link to it says where that came from.
 */
export function openToSend(active: Context): { readonly parent: Context; readonly links: Link[] } {
  const span = trace.getSpan(active);
  // A call that asked for more input has ended, and the round that brings it is its child.
  const round =
    span !== undefined && ended.has(span) && (span as { kind?: unknown }).kind === SpanKind.CLIENT;
  return span === undefined || round || !hasEnded(span)
    ? { parent: active, links: [] }
    : { parent: trace.deleteSpan(active), links: [{ context: span.spanContext() }] };
}

/**
 * A stream is read in the context in which it was once opened: that of a start-up, or of the call that opened it. A
 * span that has ended since is not the parent of a message that arrives.
 */
function openPart({ attributes }: Operation, ambient: Context): Context {
  const span = trace.getSpan(ambient);
  if (span === undefined) return ambient;
  // One that is not sampled does not say whether it has ended; on a pipe it is that of whatever started the server.
  const piped = attributes[semconv.ATTR_NETWORK_TRANSPORT] === "pipe";
  const silent = piped && !span.isRecording() && span.spanContext().isRemote !== true;
  return hasEnded(span) || silent ? trace.deleteSpan(ambient) : ambient;
}

/**
 * The context of a message, for as long as it is being sent. Transports open streams while they send, read them
 * later, and reopen them months later: for these the context has no span.
 */
export function whileOpen(current: Context, isOver: () => boolean): Context {
  const outside = trace.deleteSpan(context.active());
  const now = (): Context => (isOver() ? outside : current);
  return {
    getValue: (key) => now().getValue(key),
    setValue: (key, value) => now().setValue(key, value),
    deleteValue: (key) => now().deleteValue(key),
  };
}
