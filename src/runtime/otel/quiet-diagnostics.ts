import { writeToStderr } from "../../output/diagnostics.ts";

/** The object of `@opentelemetry/api`, for all versions 1.x, and what it keeps the logger of diagnostics under. */
const API = Symbol.for("opentelemetry.js.api.1");
const SLOT = "diag";

type Log = (this: unknown, ...args: unknown[]) => void;
type Logger = Record<string, Log>;
const globals = globalThis as { [API]?: object };

/** The levels that OpenTelemetry's console logger prints on stdout. */
const LOUD = ["info", "debug"] as const;

/**
 * Keeps diagnostics off stdout that somebody else has set up: NodeSDK installs OpenTelemetry's console logger whenever
 * `OTEL_LOG_LEVEL` is set. The logger stays theirs, with its level; only what it prints while it is called goes to stderr.
 *
 * By the slot on the global object, since there may be several copies of the API. As early as possible: an SDK prints
 * when it starts. Whatever has been printed before us is out of reach.
 */
export function keepJoinedDiagnosticsOffStdout(): void {
  const registry = globals[API];
  if (registry !== undefined) watchSlot(registry);
  else
    Object.defineProperty(globals, API, {
      configurable: true,
      enumerable: true,
      get: () => undefined,
      set(value: object) {
        Object.defineProperty(globals, API, { value, configurable: true, enumerable: true, writable: true });
        watchSlot(value);
      },
    });
}

function watchSlot(registry: object): void {
  if (!Object.isExtensible(registry)) return;
  let logger = quieted((registry as Record<string, unknown>)[SLOT]);
  Object.defineProperty(registry, SLOT, {
    configurable: true,
    enumerable: true,
    get: () => logger,
    set(value: unknown) {
      logger = quieted(value);
    },
  });
}

function quieted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const logger = Object.create(value) as Logger;
  for (const level of LOUD) {
    const original = (value as Logger)[level];
    // The API puts a function without a name where its level lets nothing through: that one is called all the time.
    if (typeof original === "function" && original.name !== "")
      logger[level] = (...args) => offStdout(() => original.apply(value, args));
  }
  return logger;
}

/** Loggers write before they return, so nothing of the application's can meet this. */
function offStdout(theirs: () => void): void {
  const { stdout } = process;
  const before = Object.getOwnPropertyDescriptor(stdout, "write");
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    writeToStderr(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    const written = rest.find((argument) => typeof argument === "function");
    if (written !== undefined) process.nextTick(written, null);
    return true;
  };
  Object.defineProperty(stdout, "write", { value: write, configurable: true, writable: true });
  try {
    theirs();
  } finally {
    if (before === undefined) delete (stdout as { write?: unknown }).write;
    else Object.defineProperty(stdout, "write", before);
  }
}
