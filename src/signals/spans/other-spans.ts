import { SpanKind, trace, type Context } from "@opentelemetry/api";
import type { Operation } from "../../operation/operation.ts";
import * as semconv from "../../semconv.ts";
import { hasEnded } from "./parents.ts";

/** What SDK spans have beside the API's methods; the scope has this name from 2.0 on, the other one before. */
interface SdkSpan {
  readonly kind?: SpanKind;
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly instrumentationScope?: { readonly name?: string };
  readonly instrumentationLibrary?: { readonly name?: string };
}

/**
 * The tracer of another instrumentation that has made a span for the same message, around the place where mcp-otelkit makes its
 * own: a server may instrument itself. By the method in an attribute or at the beginning of the name, on a span for a server.
 */
export function tracerAround({ method, side }: Operation, ambient: Context, own: string): string | undefined {
  const span = side === "server" ? trace.getSpan(ambient) : undefined;
  if (span === undefined || hasEnded(span)) return undefined;
  const { kind, name, attributes, ...scopes } = span as typeof span & SdkSpan;
  const same = attributes?.[semconv.ATTR_MCP_METHOD_NAME] === method || name?.split(" ")[0] === method;
  if (kind !== SpanKind.SERVER || !same) return undefined;
  const { instrumentationScope, instrumentationLibrary } = scopes;
  const tracer = (instrumentationScope ?? instrumentationLibrary)?.name;
  return tracer === own ? undefined : tracer;
}
