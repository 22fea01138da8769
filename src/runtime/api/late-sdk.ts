import { createRequire } from "node:module";
import type { Tracer } from "@opentelemetry/api";
import { safely } from "../../output/safely.ts";
import type { Say } from "../../output/say.ts";
import { offer, theirs, watchApiGlobals, type Components, type Slot } from "./api-globals.ts";
import {
  createLateLoggerProvider,
  createLateMeterProvider,
  createLateTracerProvider,
} from "./late-providers.ts";

/** The process's OpenTelemetry SDK: the application's, mcp-otelkit's, or none yet. */
export interface LateSdk {
  /** The current provider. */
  current<S extends Slot>(slot: S): Components[S] | undefined;
  /** Whether the application has filled this slot. */
  isTheirs(slot: Slot): boolean;
  /** Calls this before a span is started for which there is no SDK. */
  beforeFirstSpan(start: () => void): void;
  /** Uses these from now on, where the application has none of its own. */
  use(components: Components): void;
  /** Calls this after an SDK of the application has filled a slot. */
  onTheirs(listener: (slot: Slot) => void): void;
}

/** Prepares the API, so that libraries can get tracers, meters and loggers at once, from any copy of it. */
export function createLateSdk(speak: Say): LateSdk {
  let embedded: Components = {};
  let start: () => void = () => undefined;
  let listener: (slot: Slot) => void = () => undefined;
  let refused = false;
  const current = <S extends Slot>(slot: S): Components[S] | undefined => theirs(slot) ?? embedded[slot];
  const tracers = createLateTracerProvider(
    () => current("trace"),
    silentTracer,
    () => start(),
  );
  const meters = createLateMeterProvider(() => current("metrics"));
  const loggers = createLateLoggerProvider(() => current("logs"));
  watchApiGlobals(
    (slot) => {
      safely("another SDK registers", () => {
        if (slot === "metrics") meters.settle();
        listener(slot);
      });
    },
    () => {
      if (!refused)
        speak(
          "an OpenTelemetry SDK could not register: it brings a copy of @opentelemetry/api inside a bundle, of another version " +
            "than the one beside mcp-otelkit; install the version that the bundle has",
        );
      refused = true;
    },
  );
  offer({ trace: tracers, metrics: meters, logs: loggers });
  return {
    current,
    isTheirs: (slot) => theirs(slot) !== undefined,
    beforeFirstSpan(work) {
      start = work;
    },
    use(components) {
      embedded = components;
      offer({ context: components.context, propagation: components.propagation });
      meters.settle();
    },
    onTheirs(hear) {
      listener = hear;
    },
  };
}

let silent: Tracer | undefined;

/** Like the API without an SDK: a span that records nothing and keeps the parent. */
function silentTracer(): Tracer {
  if (silent !== undefined) return silent;
  const load = createRequire(import.meta.url);
  const { ProxyTracerProvider } = load("@opentelemetry/api") as typeof import("@opentelemetry/api");
  return (silent = new ProxyTracerProvider().getTracer(""));
}
