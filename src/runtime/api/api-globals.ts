/**
 * The global registry of the OpenTelemetry API. Every copy of the API, of any version, keeps it on the global object,
 * and only this file accesses it.
 * https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 */
import type { ContextManager, MeterProvider, TextMapPropagator, TracerProvider } from "@opentelemetry/api";
import { quieted } from "./quiet-diagnostics.ts";
import { ownVersion, versionOfCaller } from "./api-version.ts";

export const SIGNALS = ["trace", "metrics", "logs"] as const;
const SLOTS = [...SIGNALS, "context", "propagation"] as const;
export type Slot = (typeof SLOTS)[number];

/** A provider, as far as the end of the process needs it. */
export interface Flushable {
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** The components that an SDK registers. */
export interface Components {
  readonly trace?: TracerProvider & Flushable;
  readonly metrics?: MeterProvider & Flushable;
  readonly logs?: LoggerProvider & Flushable;
  readonly context?: ContextManager;
  readonly propagation?: TextMapPropagator;
}

/** The logs API of either line: `@opentelemetry/api-logs` up to 2.x, a part of `@opentelemetry/api` from 3.x on. */
export interface LoggerProvider {
  getLogger(...scope: unknown[]): {
    emit(record: unknown): void;
    enabled?(options: unknown): boolean;
  };
}

/** The object of `@opentelemetry/api`, for all versions 1.x. */
const API = Symbol.for("opentelemetry.js.api.1");
/** Of `@opentelemetry/api-logs`: a function that takes the version of that API and returns the provider. */
const LOGS_API = Symbol.for("io.opentelemetry.js.api.logs");
const LOGS_API_VERSION = 1;

/** Marks the prototype of a prepared registry. */
const WATCHED = Symbol.for("mcp-otelkit.api.1");

type Registry = Partial<Record<string | symbol, unknown>>;
type LogsGetter = (version: number) => unknown;
const globals = globalThis as { [API]?: Registry; [LOGS_API]?: LogsGetter | undefined };

/** A copy of the API reads from a registry of its own version or a later one, so every copy accepts this version. */
const LATER_THAN_ALL = "1.999.0";

const ignore = (): void => undefined;

/** What a slot returns that no SDK of the application has filled. */
const offered: Partial<Record<Slot, unknown>> = {};

/** The component that the application's own SDK has registered. */
export function theirs<S extends Slot>(slot: S): Components[S] | undefined {
  const registry = globals[API];
  const found = registry !== undefined && Object.hasOwn(registry, slot) ? registry[slot] : undefined;
  if (found !== undefined || slot !== "logs") return found;
  const logs = Object.getOwnPropertyDescriptor(globals, LOGS_API)?.value as LogsGetter | undefined;
  return logs?.(LOGS_API_VERSION) as Components[S] | undefined;
}

/** The slots that the application's own SDK has filled. */
export function takenSlots(): ReadonlySet<Slot> {
  return new Set(SLOTS.filter((slot) => theirs(slot) !== undefined));
}

/** Whether a logger for OpenTelemetry's diagnostics is set. */
export function hasDiagnostics(): boolean {
  return globals[API]?.["diag"] !== undefined;
}

/** Offers these to every copy of the API, until an SDK of the application registers its own. */
export function offer(components: Partial<Record<Slot, unknown>>): void {
  Object.assign(offered, components);
}

/**
 * Prepares the registry so that every copy of the API finds what {@link offer} offers, and so that an SDK which
 * registers later finds each slot free.
 *
 * The offer is on the prototype of the registry: what the application registers becomes an own property and hides it,
 * and unregistering makes it visible again. To register, a copy of the API assigns the registry to the global again
 * before it reads the slot and the version; to read, it does not. That distinguishes the two.
 * @param registered called after an SDK of the application has filled a slot
 * @param refused called when a copy of the API could not register because of its version
 */
export function watchApiGlobals(registered: (slot: Slot) => void, refused: () => void): void {
  const before = globals[API] ?? {};
  if (WATCHED in before) return; // by another copy of mcp-otelkit, or by the preload
  const { version: creator, diag, ...filled } = before as { version?: string; diag?: unknown };
  let registering = false;
  let undecided = false;
  const prototype = Object.create(Object.prototype, { [WATCHED]: { value: true } }) as object;
  // A new one: from 1.10 on, the version of a registry cannot be changed. Every copy looks it up each time.
  const registry = Object.assign(Object.create(prototype) as Registry, filled);
  for (const slot of SLOTS)
    accessor(prototype, slot, {
      get: () => (registering ? undefined : offered[slot]),
      set(value) {
        undecided = false;
        data(registry, slot, value);
        registered(slot);
      },
    });
  accessor(prototype, "version", {
    get() {
      if (!registering) return LATER_THAN_ALL;
      undecided = true;
      return versionOfCaller() ?? creator ?? ownVersion();
    },
  });
  accessor(prototype, "diag", {
    get: () => undefined,
    set(value) {
      undecided = false;
      let logger = quieted(value);
      accessor(registry, "diag", {
        get: () => logger,
        set(next) {
          undecided = false;
          logger = quieted(next);
        },
      });
    },
  });
  if (diag !== undefined) registry["diag"] = diag;
  accessor(globals, API, {
    get() {
      registering = false;
      if (undecided) refused();
      undecided = false;
      return registry;
    },
    set(value) {
      registering = value === registry;
      if (!registering) data(globals, API, value); // a program that replaces the whole registry
    },
  });
  if (globals[LOGS_API] === undefined) offerLogsApi(registered);
}

/**
 * Lets every copy of the API read the registry and register, where a copy of another version than mcp-otelkit's has
 * been used before. Otherwise each refuses the other.
 */
export function tolerateVersions(): void {
  const version = globals[API]?.["version"];
  if (version !== undefined && version !== ownVersion()) watchApiGlobals(ignore, ignore);
}

/**
 * `@opentelemetry/api-logs` checks whether the slot is free and does not announce that it will register; its stack
 * shows it.
 */
function offerLogsApi(registered: (slot: Slot) => void): void {
  const getter: LogsGetter = (version) => (version === LOGS_API_VERSION ? offered.logs : undefined);
  accessor(globals, LOGS_API, {
    get: () => (isRegisteringLogs() ? undefined : getter),
    set(value) {
      data(globals, LOGS_API, value);
      registered("logs");
    },
  });
}

function isRegisteringLogs(): boolean {
  return /\bsetGlobalLoggerProvider\b/.test(String(new Error("who asks").stack));
}

/** Runs code that registers an SDK, and returns the components instead of registering them. */
export function capture(start: () => void): Components {
  const captured: Registry = { version: LATER_THAN_ALL };
  accessor(captured, "version", { get: () => versionOfCaller() ?? ownVersion() });
  const before = [API, LOGS_API].map((key) => [key, Object.getOwnPropertyDescriptor(globals, key)] as const);
  data(globals, API, captured);
  data(globals, LOGS_API, undefined);
  try {
    start();
    const logs = captured["logs"] ?? globals[LOGS_API]?.(LOGS_API_VERSION);
    const slots = SLOTS.map((slot) => [slot, behindProxy(slot === "logs" ? logs : captured[slot])] as const);
    return Object.fromEntries(slots.filter(([, component]) => component !== undefined)) as Components;
  } finally {
    for (const [key, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globals, key);
      else Object.defineProperty(globals, key, descriptor);
    }
    const registry = globals[API];
    if (registry !== undefined && captured["diag"] !== undefined) registry["diag"] = captured["diag"];
  }
}

/** The provider itself: the API keeps a tracer provider behind a proxy. */
export function behindProxy<Component>(component: Component): Component {
  return (component as { getDelegate?(): Component } | undefined)?.getDelegate?.() ?? component;
}

function accessor(owner: object, key: string | symbol, methods: PropertyDescriptor): void {
  Object.defineProperty(owner, key, {
    set: ignore,
    ...methods,
    configurable: true,
    enumerable: true,
  });
}

function data(owner: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(owner, key, { value, configurable: true, enumerable: true, writable: true });
}
