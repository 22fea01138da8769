import type { MeterProvider, TextMapPropagator, Tracer } from "@opentelemetry/api";
import type { McpConfig } from "./settings/config.ts";
import { countRunning as countTapped, endEverything as endTapped } from "./hook/connection/close.ts";
import { occupyHub } from "./hook/hub.ts";
import { watchHttpRequests } from "./hook/http-requests.ts";
import { onOthers, tellOfTracer } from "./hook/other-instrumentations.ts";
import { onFault, safely } from "./output/safely.ts";
import { installLoadHook } from "./hook/loader/load-hook.ts";
import { patchByHand, patchSdkFile } from "./hook/loader/patch-sdk.ts";
import { announce, onSdkSeen, type SdkReport } from "./hook/loader/sdk-listeners.ts";
import type { SdkFile } from "./hook/loader/targets.ts";
import { createStdoutPolicy } from "./hook/stdio-server.ts";
import { createKnownNames } from "./operation/known-names.ts";
import type { LoggerProvider } from "./signals/logs/logger-provider.ts";
import type { McpMetrics } from "./signals/metrics/metrics.ts";
import { createTelemetry, type Telemetry } from "./signals/observer.ts";
import { VERSION } from "./version.ts";
import { countObserved, endObserved } from "./wire/live.ts";

export type { LoggerProvider, SdkFile, SdkReport, Telemetry };
export { announce, onSdkSeen, patchSdkFile };
export { MESSAGE_CLASSES } from "./hook/loader/targets.ts";
export { onPeerGone, onStdioServer, servesStdio } from "./hook/connection/close.ts";
export { residentBytes } from "./signals/metrics/process-metrics.ts";

/** Requests that are being answered, as seen from within and from outside. */
export function countRunning(): number {
  return countTapped() + countObserved();
}

/** The process ends, and takes every connection along: what is open is over. */
export function endEverything(): void {
  endTapped();
  endObserved();
}

/** The name of mcp-otelkit's instrumentation scope. */
export const SCOPE = "mcp-otelkit";

export interface Wiring {
  readonly tracer: () => Tracer;
  readonly meterProvider: () => MeterProvider;
  /** The provider of log records that was passed to the instrumentation; where it is missing, the registered one is used. */
  readonly loggerProvider?: () => LoggerProvider | undefined;
  /** Writes a line of the log; absent where only records are wanted. */
  readonly writeLine?: (line: string) => void;
  readonly config: () => McpConfig;
  /** Writes and reads the context of messages, where it is not the registered propagator. */
  readonly propagator?: () => TextMapPropagator | undefined;
  /** Whether mcp-otelkit has instrumented HTTP, and so handles the headers of requests. */
  readonly ownHttp?: () => boolean;
  /** Prints a line on stderr about the application, not about a fault in mcp-otelkit. */
  readonly warn: (line: string) => void;
  /** Called for a fault in mcp-otelkit, once for each place in the code. */
  readonly fault: (where: string, error: unknown) => void;
}

export type OccupyHub = typeof occupyHub;

export interface WiringOptions {
  /**
   * False where the application passes the SDK by hand: a bundle has no loader to watch, and no files of mcp-otelkit
   * beside it.
   */
  readonly watchLoader?: boolean;
  /** Fills the place that the preload has reserved for the observer. */
  readonly occupyHub?: OccupyHub;
}

/**
 * Joins hook to signals: the only place where they meet.
 * @returns `undefined` where something in this process already observes; two observers would double every span
 */
export function startWiring(
  wiring: Wiring,
  options: WiringOptions = {},
): { readonly telemetry: Telemetry; readonly metrics: McpMetrics; stop(): void } | undefined {
  const known = createKnownNames();
  const telemetry = createTelemetry({ ...wiring, otherTracer: tellOfTracer }, known, {
    name: SCOPE,
    version: VERSION,
  });
  const { observer } = telemetry;
  const stdout = createStdoutPolicy(
    () => wiring.config().stdout,
    (place) => observer.strayOutput(place),
    wiring.warn,
  );
  const hub = (options.occupyHub ?? occupyHub)({ observer, known, stdout });
  if (hub === undefined) return undefined;
  onFault(wiring.fault);
  onOthers(wiring.warn);
  if (options.watchLoader !== false)
    installLoadHook((file, exports) => announce(patchSdkFile(file, exports, VERSION)));
  watchHttpRequests();
  return { telemetry, metrics: telemetry.metrics, stop: () => hub.release() };
}

/** Patches an SDK that the loader does not show; see `instrumentMcp`. */
export function wireByHand(given: unknown): readonly string[] {
  const { patched, already } = safely("patch", () => patchByHand(given, VERSION)) ?? {
    patched: [],
    already: [],
  };
  if (patched.length > 0) announce({ package: "bundled MCP SDK", version: "", format: "by hand", patched });
  return [...patched, ...already];
}
