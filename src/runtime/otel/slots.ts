/**
 * What the OpenTelemetry API has one of in a process. It keeps them on the global object, whatever copy of the API sets
 * them, and refuses a second one.
 * https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 */
export const SLOTS = ["trace", "metrics", "logs", "context", "propagation"] as const;
export type Slot = (typeof SLOTS)[number];

/** The object of `@opentelemetry/api`, for all versions 1.x. */
const API = Symbol.for("opentelemetry.js.api.1");
/** Of `@opentelemetry/api-logs`, up to the 2.x line: a function that is asked for the provider. */
const LOGS_API = Symbol.for("io.opentelemetry.js.api.logs");
const LOGS_API_VERSION = 1;

type Registry = Partial<Record<string, unknown>>;

interface Globals {
  [API]?: Registry;
  [LOGS_API]?: ((version: number) => unknown) | undefined;
}
const globals = globalThis as Globals;

/** What stands in a slot now, whoever put it there. */
export function holderOf(slot: Slot): unknown {
  const holder = globals[API]?.[slot];
  return slot === "logs" ? (holder ?? globals[LOGS_API]?.(LOGS_API_VERSION)) : holder;
}

/** The slots that somebody has filled. */
export function takenSlots(): ReadonlySet<Slot> {
  return new Set(SLOTS.filter((slot) => holderOf(slot) !== undefined));
}

/** Whether somebody hears OpenTelemetry's diagnostics. */
export function hasDiagnostics(): boolean {
  return globals[API]?.["diag"] !== undefined;
}

/**
 * Gives way where the API would refuse: whoever sets up OpenTelemetry after us gets the slots that we hold now.
 *
 * The API assigns its object to the global anew whenever something is registered, and only then; the slot is read next,
 * to see whether it is free. So an assignment followed by a read is somebody who comes to stay, and is told that it is free.
 * @param held the slots we have filled
 * @param logsApis the objects `logs` of `@opentelemetry/api-logs`, which looks and refuses without an assignment
 * @param yielded told of each slot that is theirs now, before they go on
 */
export function yieldSlots(
  held: ReadonlySet<Slot>,
  logsApis: readonly LogsApi[],
  yielded: (slot: Slot) => void,
): void {
  const registry = globals[API];
  if (registry === undefined) return;
  const logs = held.has("logs") ? holdLogs(logsApis, registry, () => yielded("logs")) : undefined;
  watch(registry);
  for (const slot of SLOTS.filter((name) => held.has(name) && registry[name] !== undefined)) {
    const our = registry[slot];
    Object.defineProperty(registry, slot, {
      configurable: true, // the API's `disable()` deletes it
      enumerable: true,
      get() {
        const free = coming;
        coming = false;
        return free ? undefined : our;
      },
      set(value: unknown) {
        replace(registry, slot, value);
        logs?.vacate();
        yielded(slot);
      },
    });
  }
}

let watched: Registry | undefined;
let coming = false;

/** Sees when somebody comes to register something. */
function watch(registry: Registry): void {
  if (watched === registry) return;
  watched = registry;
  Object.defineProperty(globals, API, {
    configurable: true,
    enumerable: true,
    get() {
      coming = false;
      return registry;
    },
    set(value: unknown) {
      coming = value === registry;
      if (!coming) replace(globals, API, value); // somebody who sweeps the whole of it away
    },
  });
}

/** The part of `@opentelemetry/api-logs` that fills the slot. */
export interface LogsApi {
  setGlobalLoggerProvider(provider: never): unknown;
}

/**
 * Who brings logs through the logs API of the 2.x line mostly brings another signal first, in one go: so ours step aside
 * then, and come back if nobody has taken the place. Who brings nothing else is met at the door, where we know the door.
 */
function holdLogs(apis: readonly LogsApi[], registry: Registry, yielded: () => void): { vacate(): void } {
  const our = globals[LOGS_API];
  const vacate = (): void => {
    if (our === undefined || globals[LOGS_API] !== our) return;
    delete globals[LOGS_API];
    queueMicrotask(() => {
      if (globals[LOGS_API] === undefined) globals[LOGS_API] = our;
      else if (registry["logs"] === undefined) yielded();
    });
  };
  for (const api of apis) {
    const original = api.setGlobalLoggerProvider.bind(api);
    api.setGlobalLoggerProvider = (provider) => {
      vacate();
      return original(provider);
    };
  }
  return { vacate };
}

function replace(owner: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(owner, key, { value, configurable: true, enumerable: true, writable: true });
}

/** A provider, by the two calls through which everybody gets to it: one that gives a tool, one that uses the tool. */
type Tool = Record<string, (...args: unknown[]) => unknown>;

/**
 * Has a provider of ours pass everything on once another has taken its place. Libraries ask for a tracer or a logger once
 * and keep it; without us they would have got one that looks for the provider when it is used.
 * @param kept the name of those who stay with this provider
 */
export function forwardLater(
  provider: object,
  [get, use]: readonly [get: string, use: string],
  kept?: string,
): (successor: object) => void {
  const own = provider as Tool;
  const original = own[get]?.bind(provider);
  let next: Tool | undefined;
  if (original === undefined) return () => undefined;
  const redirected = new WeakSet();
  own[get] = (...name) => {
    const tool = original(...name) as Tool;
    const useOwn = tool[use]?.bind(tool);
    if (name[0] === kept || useOwn === undefined || redirected.has(tool)) return tool;
    redirected.add(tool);
    let theirs: Tool | undefined;
    tool[use] = (...args) => {
      if (next === undefined) return useOwn(...args);
      theirs ??= next[get]?.(...name) as Tool;
      return theirs[use]?.(...args);
    };
    return tool;
  };
  return (successor) => {
    next = successor as Tool;
  };
}
