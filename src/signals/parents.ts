import { context, trace, type Context, type Span } from "@opentelemetry/api";
import type { Carrier } from "../operation/observer.ts";
import type { Operation } from "../operation/operation.ts";
import * as semconv from "../semconv.ts";
import { receive, type Received, type Trust } from "./propagation.ts";

/** Where a message that arrives belongs. */
export interface Parents extends Received {
  /** What was going on around it, as far as that is open. */
  readonly ambient: Context;
}

/**
 * The parent is the one its sender names in `params._meta`; else the one that the headers of its HTTP request name; else what
 * was ambient, such as the span of a start-up, as long as that is open.
 * Source: semantic conventions for MCP, "context propagation".
 */
export function parentsOf(
  operation: Operation,
  carrier: Carrier,
  trust: Trust,
  headers?: () => Carrier,
): Parents {
  const ambient = openPart(operation, context.active());
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
  // Where HTTP is instrumented, its server's span is a child of what the headers name, and nearer.
  const sameTrace = trace.getSpanContext(fromHeaders)?.traceId === trace.getSpanContext(ambient)?.traceId;
  return { parent: sameTrace ? named.parent : fromHeaders, ambient };
}

function spanIdOf(from: Context): string | undefined {
  return trace.getSpanContext(from)?.spanId;
}

const ended = new WeakSet<Span>();

/** A span of ours is over. */
export function markEnded(span: Span): void {
  ended.add(span);
}

/**
 * A stream is read in the context in which it was once opened: that of a start-up, or of the call that had it opened. A span that
 * has ended since is no parent of what arrives.
 */
function openPart({ attributes }: Operation, ambient: Context): Context {
  const span = trace.getSpan(ambient);
  if (span === undefined) return ambient;
  const over = ended.has(span) || (span as { ended?: unknown }).ended === true;
  // One that is not sampled does not say whether it has ended; on a pipe it is that of whatever started the server.
  const piped = attributes[semconv.ATTR_NETWORK_TRANSPORT] === "pipe";
  const silent = piped && !span.isRecording() && span.spanContext().isRemote !== true;
  return over || silent ? trace.deleteSpan(ambient) : ambient;
}

/**
 * The context of a message that is being sent, for as long as that is under way. Transports open streams while they send, read
 * them on, and open them again after months: for that the context is one without a span.
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
