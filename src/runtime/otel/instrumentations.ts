import { createRequire, syncBuiltinESMExports } from "node:module";
import { context, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { isInstrumentationEnabled } from "../../settings/otel-settings.ts";
import { keepingPrivate } from "./http-privacy.ts";

export { showingSpans } from "./http-privacy.ts";

/** What is instrumented beside MCP, as long as no SDK of the application does so. */
export interface Instrumentations {
  /** Patches what is there already, and traces with this provider. */
  patch(provider: TracerProvider): void;
  /** Hands over the meter provider in force: the metrics API has no proxy. */
  measureWith(provider: MeterProvider): void;
  /** An SDK of the application traces, or measures, from now on, with instrumentations of its own choice. */
  retire(what: "trace" | "metrics"): void;
}

/** A tool's own HTTP calls become children of its span, HTTP servers the links of theirs; and Node reports how it is. */
export function createInstrumentations(
  env: NodeJS.ProcessEnv,
  wanted: {
    readonly trace: boolean;
    readonly runtime: boolean;
    readonly httpContent: boolean;
    readonly ignored: (request: { readonly socket: object }) => boolean;
  },
): Instrumentations {
  const http =
    wanted.trace && isInstrumentationEnabled(env, "http")
      ? new HttpInstrumentation({
          ignoreIncomingRequestHook: wanted.ignored,
          ignoreOutgoingRequestHook: isExport,
        })
      : undefined;
  const undici =
    wanted.trace && isInstrumentationEnabled(env, "undici")
      ? new UndiciInstrumentation({ ignoreRequestHook: isExport })
      : undefined;
  const runtime = wanted.runtime ? new RuntimeNodeInstrumentation() : undefined;
  if (!wanted.httpContent) for (const one of [http, undici]) if (one !== undefined) keepingPrivate(one);
  let unpatch: (() => void) | undefined;
  let active: readonly Instrumentation[] = [http, undici, runtime].filter((one) => one !== undefined);
  return {
    patch(provider) {
      for (const one of active) one.setTracerProvider(provider);
      if (http !== undefined) unpatch = patchBuiltins(http);
    },
    measureWith(provider) {
      for (const one of active) one.setMeterProvider(provider);
    },
    retire(what) {
      const gone = what === "trace" ? [http, undici] : [runtime];
      active = active.filter((one) => !(gone as unknown[]).includes(one));
      if (what === "metrics") runtime?.disable();
      else {
        undici?.disable();
        unpatch?.();
      }
    },
  };
}

/**
 * Exporters work in a context in which nothing is traced. Without this their requests would still be measured, as requests of the
 * application: `http.client.request.duration` of a server that asks nobody.
 */
const isExport = (): boolean => isTracingSuppressed(context.active());

/** The functions of `http` and `https` that the HTTP instrumentation wraps. */
const WRAPPED: readonly (readonly [owner: (module: NodeHttp) => object, name: string])[] = [
  [(module) => module, "request"],
  [(module) => module, "get"],
  [(module) => module.Server.prototype, "emit"],
];
interface NodeHttp {
  readonly Server: { readonly prototype: object };
}
/** What an instrumentation knows of the modules that it patches. */
interface Patching {
  readonly _modules: readonly { readonly name: string; patch?(exports: unknown): unknown }[];
}

/**
 * Has the HTTP instrumentation patch `http` and `https` now, and carries the patch over to `import { request } from
 * "node:http"`. The build leaves out the loader hooks of OpenTelemetry: these two modules are all that they would serve.
 * @returns takes it back. Not by the instrumentation's own `disable`: it would take off the wrapper of another instrumentation
 *   that has wrapped the same function since
 */
function patchBuiltins(instrumentation: object): () => void {
  const load = createRequire(import.meta.url);
  const places = (instrumentation as Patching)._modules.flatMap((definition) => {
    const module = load(`node:${definition.name}`) as NodeHttp;
    definition.patch?.(module);
    return WRAPPED.map(([owner, key]) => {
      const place = owner(module) as Record<string, { readonly __original?: unknown } | undefined>;
      return { place, key, wrapper: place[key] };
    });
  });
  syncBuiltinESMExports();
  return () => {
    for (const { place, key, wrapper } of places) {
      const original = wrapper?.__original;
      if (place[key] !== wrapper || typeof original !== "function") continue;
      Object.defineProperty(place, key, {
        value: original,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    syncBuiltinESMExports();
  };
}
