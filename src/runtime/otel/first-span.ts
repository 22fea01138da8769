import {
  INVALID_SPAN_CONTEXT,
  trace,
  type Span,
  type TraceAPI,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import { loadOfSdk } from "./packages.ts";
import { holderOf } from "./slots.ts";

/** What the API hands out as long as nobody has set up OpenTelemetry. */
interface ProxyProvider {
  setDelegate(provider: TracerProvider): void;
}

const SILENT: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
/** Where there is nobody after all: as the API does without us. */
const NOBODY: Tracer = {
  startSpan: () => SILENT,
  startActiveSpan: (...args: unknown[]) => (args.at(-1) as (span: Span) => never)(SILENT),
};

/**
 * Ours starts a turn after the SDK was loaded, and an application may open a span within that turn: the one around all of
 * its work, perhaps. The API's tracers look for their provider when a span is started, and there they find this: whoever
 * has set up OpenTelemetry by then gets the span, and if nobody has, `start` is called first.
 */
export function startBeforeFirstSpan(start: () => void): void {
  const provider: TracerProvider = { getTracer: (...name) => createStartingTracer(start, name) };
  // With the 3.x line there is one API for each module format.
  for (const api of new Set([trace, traceOfSdk()])) {
    const proxy = api?.getTracerProvider() as Partial<ProxyProvider> | undefined;
    if (holderOf("trace") === undefined) proxy?.setDelegate?.(provider);
  }
}

function createStartingTracer(start: () => void, name: Parameters<TracerProvider["getTracer"]>): Tracer {
  let found: { readonly holder: TracerProvider; readonly tracer: Tracer } | undefined;
  function tracer(): Tracer {
    start();
    const holder = holderOf("trace") as TracerProvider | undefined;
    if (holder === undefined) return NOBODY;
    if (found?.holder !== holder) found = { holder, tracer: holder.getTracer(...name) };
    return found.tracer;
  }
  return {
    startSpan: (...args) => tracer().startSpan(...args),
    startActiveSpan: (...args: unknown[]) => {
      const real = tracer();
      return Reflect.apply(real.startActiveSpan, real, args) as never;
    },
  };
}

function traceOfSdk(): TraceAPI | undefined {
  try {
    return loadOfSdk("@opentelemetry/api").trace;
  } catch {
    return undefined; // not installed, which is told when ours starts
  }
}
