import { syncBuiltinESMExports } from "node:module";
import type { MeterProvider } from "@opentelemetry/api";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import { isAdminRequest } from "../admin-endpoint.ts";
import { isInstrumentationEnabled } from "../../settings/otel-settings.ts";
import { load, require } from "./packages.ts";
import { keepingPrivate } from "./http-privacy.ts";

/** What is instrumented beside MCP, as long as it is ours to do. */
export interface Instrumentations {
  readonly all: Instrumentation[];
  /** Patches what is there already. */
  patch(): void;
  /** Hands over the meter provider in force: the metrics API has no proxy. */
  measureWith(provider: MeterProvider): void;
  /** Somebody else traces, or measures, from now on, and with instrumentations of their own choice. */
  retire(what: "trace" | "metrics"): void;
}

/** A tool's own HTTP calls become children of its span, HTTP servers the links of theirs; and Node tells how it is. */
export function createInstrumentations(
  env: NodeJS.ProcessEnv,
  wanted: { readonly trace: boolean; readonly runtime: boolean; readonly httpContent: boolean },
): Instrumentations {
  const http =
    wanted.trace && isInstrumentationEnabled(env, "http")
      ? new (load("@opentelemetry/instrumentation-http").HttpInstrumentation)({
          ignoreIncomingRequestHook: isAdminRequest,
        })
      : undefined;
  const undici =
    wanted.trace && isInstrumentationEnabled(env, "undici")
      ? new (load("@opentelemetry/instrumentation-undici").UndiciInstrumentation)()
      : undefined;
  const runtime = wanted.runtime
    ? new (load("@opentelemetry/instrumentation-runtime-node").RuntimeNodeInstrumentation)()
    : undefined;
  if (!wanted.httpContent) for (const one of [http, undici]) if (one !== undefined) keepingPrivate(one);
  const ours = new Set(http === undefined ? [] : waitingFor(http).map(({ waiting }) => waiting));
  let unpatch: (() => void) | undefined;
  let active: readonly Instrumentation[] = [http, undici, runtime].filter((one) => one !== undefined);
  return {
    all: [...active],
    patch() {
      if (http !== undefined) unpatch = patchBuiltins();
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
        if (http !== undefined) patchFor(waitingFor(http).filter(({ waiting }) => !ours.has(waiting)));
        syncBuiltinESMExports();
      }
    },
  };
}

/** The functions of `http` and `https` that the HTTP instrumentation wraps. */
const WRAPPED: readonly (readonly [owner: (module: NodeHttp) => object, name: string])[] = [
  [(module) => module, "request"],
  [(module) => module, "get"],
  [(module) => module.Server.prototype, "emit"],
];
interface NodeHttp {
  readonly Server: { readonly prototype: object };
}

/**
 * Lets the HTTP instrumentation patch `http` and `https` now, and carries the patch over to `import { request } from
 * "node:http"`. So it needs no loader hook, and works for applications that loaded `http` before this.
 * @returns takes it back. Not by the instrumentation's own `disable`: a second one takes the first one's wrappers off, and to
 *   disable the first would take off the second's.
 */
function patchBuiltins(): () => void {
  const places = ["node:http", "node:https"].flatMap((name) => {
    const module = require(name) as NodeHttp;
    return WRAPPED.map(([owner, key]) => {
      const place = owner(module) as Record<string, { readonly __original?: unknown } | undefined>;
      return { place, key, ours: place[key] };
    });
  });
  syncBuiltinESMExports();
  return () => {
    for (const { place, key, ours } of places) {
      const original = ours?.__original;
      if (place[key] !== ours || typeof original !== "function") continue;
      Object.defineProperty(place, key, {
        value: original,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  };
}

/** What waits in OpenTelemetry's hook for somebody to require a module. */
interface Waiting {
  readonly onRequire: (exports: unknown, name: string, baseDir: undefined) => unknown;
}
interface Hooked {
  readonly _requireInTheMiddleSingleton?: {
    readonly _moduleNameTrie?: { search(name: string, options: object): readonly Waiting[] };
  };
}

/**
 * Those who want to hear of `http` and `https`, in the copy of OpenTelemetry's hook that ours uses. It tells each module once:
 * who comes after our patch would wait for ever.
 */
function waitingFor(instrumentation: object): { readonly name: string; readonly waiting: Waiting }[] {
  const trie = (instrumentation as Hooked)._requireInTheMiddleSingleton?._moduleNameTrie;
  return ["http", "https"].flatMap((name) =>
    (trie?.search(name, { maintainInsertionOrder: true, fullOnly: true }) ?? []).map((waiting) => ({
      name,
      waiting,
    })),
  );
}

function patchFor(late: ReturnType<typeof waitingFor>): void {
  for (const { name, waiting } of late) waiting.onRequire(require(`node:${name}`), name, undefined);
}
