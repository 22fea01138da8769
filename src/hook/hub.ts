import type { KnownNames } from "../operation/known-names.ts";
import type { OperationObserver } from "../operation/observer.ts";
import type { StdoutPolicy } from "../output/stdout-guard.ts";

/** Receives what the patched SDKs do. */
export interface Hub {
  readonly observer: OperationObserver;
  readonly known: KnownNames;
  /** What to do about stray writes to a stdio server's stdout. Default: nothing. */
  readonly stdout?: StdoutPolicy;
}

let current: Hub | undefined;
let reserved = false;

/** The current hub; `undefined` where nothing observes, and then every patch passes straight through. */
export function hub(): Hub | undefined {
  return current;
}

/** Sets the hub. There is one per process: a second observer would double every span. */
export function occupyHub(next: Hub): { release(): void } | undefined {
  return reserved ? undefined : occupy(next);
}

/**
 * Reserves the place for a later hub.
 * @returns sets that hub
 */
export function reserveHub(): typeof occupyHub {
  reserved = true;
  return occupy;
}

function occupy(next: Hub): { release(): void } | undefined {
  if (current !== undefined) return undefined;
  current = next;
  return {
    release() {
      if (current === next) current = undefined;
    },
  };
}
