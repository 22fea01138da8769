import { diag } from "@opentelemetry/api";
import { behindProxy, SIGNALS, theirs, type Flushable } from "../api/api-globals.ts";

/** Providers that have been shut down: a second call makes them print that on stdout. */
const over = new WeakSet<Flushable>();
const watched = new WeakSet<Flushable>();

/** Whether the application has its own SDK. */
export function hasTheirs(): boolean {
  return providers().length > 0;
}

/** Notices from now on when the application's own SDK is shut down. */
export function watchTheirs(): void {
  for (const provider of providers()) {
    const { shutdown } = provider;
    if (watched.has(provider) || typeof shutdown !== "function") continue;
    watched.add(provider);
    const heard = new Proxy(shutdown, {
      apply(target, self, args) {
        over.add(provider);
        return Reflect.apply(target, self, args) as unknown;
      },
    });
    const enumerable = Object.getOwnPropertyDescriptor(provider, "shutdown")?.enumerable ?? false;
    // A provider that accepts no property stays as it is.
    Reflect.defineProperty(provider, "shutdown", {
      value: heard,
      configurable: true,
      writable: true,
      enumerable,
    });
  }
}

/** Sends what the application's own SDK has queued. The SDK stays active: only the application shuts it down. */
export async function flushTheirs(): Promise<void> {
  await Promise.all(
    providers().map(async (provider) => {
      if (over.has(provider)) return;
      try {
        await provider.forceFlush?.();
      } catch (error) {
        diag.warn("mcp-otelkit: flushing the OpenTelemetry SDK of this process failed", error);
      }
    }),
  );
}

function providers(): Flushable[] {
  return SIGNALS.flatMap((slot): Flushable[] => {
    const provider: unknown = behindProxy(theirs(slot));
    return typeof provider === "object" && provider !== null ? [provider] : [];
  });
}
