/** The result of patching an SDK. */
export interface SdkReport {
  readonly package: string;
  readonly version: string;
  readonly format: "esm" | "cjs" | "by hand" | "from outside";
  /** Class names; empty where nothing had to be done or could be done. */
  readonly patched: readonly string[];
  /** Why the SDK is not instrumented, if it is not. */
  readonly problem?: string;
}

type Listener = (report: SdkReport) => void;

/** One list for all copies of this package: a bundled application has its own copy, and the preload needs its reports. */
const LISTENERS = Symbol.for("mcp-otelkit.listeners.1");

function listeners(): Set<Listener> {
  const globals = globalThis as { [LISTENERS]?: Set<Listener> };
  return (globals[LISTENERS] ??= new Set());
}

/**
 * Calls the listener for every MCP SDK that this process loads from now on.
 * @returns removes the listener
 */
export function onSdkSeen(listener: Listener): () => void {
  listeners().add(listener);
  return () => void listeners().delete(listener);
}

export function announce(report: SdkReport): void {
  for (const listener of listeners()) listener(report);
}
