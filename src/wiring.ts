import type { MeterProvider, Tracer } from "@opentelemetry/api";
import type { McpConfig } from "./settings/config.ts";
import { occupyHub } from "./hook/hub.ts";
import { watchHttpRequests } from "./hook/http-requests.ts";
import { onOthers } from "./hook/other-instrumentations.ts";
import { onFault, safely } from "./output/safely.ts";
import { patchByHand, startHook, type SdkReport } from "./hook/loader/sdk-watch.ts";
import { createStdoutPolicy } from "./hook/stdio-server.ts";
import { createKnownNames } from "./operation/known-names.ts";
import { registeredLoggerProvider, type LoggerProvider } from "./signals/logger-provider.ts";
import type { McpMetrics } from "./signals/metrics.ts";
import { createTelemetry, type Telemetry } from "./signals/observer.ts";
import { createUserLogger, type LogFields, type McpLogger } from "./signals/user-logger.ts";
import { VERSION } from "./version.ts";

export type { LogFields, LoggerProvider, McpLogger, SdkReport };
export { countRunning, endEverything, onPeerGone, servesStdio } from "./hook/connection/close.ts";
export { writeToStderr } from "./output/stderr.ts";
export { residentBytes } from "./signals/process-metrics.ts";

/** The name of our instrumentation scope. */
export const SCOPE = "mcp-otelkit";

export interface Wiring {
  readonly tracer: () => Tracer;
  readonly meterProvider: () => MeterProvider;
  /** Where a provider of log records was handed over; else, and where it has none, the registered one is asked. */
  readonly loggerProvider?: () => LoggerProvider | undefined;
  /** Writes a line of the log where people read it; absent where records are enough. */
  readonly writeLine?: (line: string) => void;
  readonly config: () => McpConfig;
  /** Says a line on stderr that is about the application, and no mistake of ours. */
  readonly warn: (line: string) => void;
  /** Hears of a mistake of ours, each place in the code once. */
  readonly fault: (where: string, error: unknown) => void;
}

type Listener = (report: SdkReport) => void;

/** One list for every copy of this package: a bundled application has a copy of its own, and the preload must hear of its SDK. */
const LISTENERS = Symbol.for("mcp-otelkit.listeners.1");

function listeners(): Set<Listener> {
  const globals = globalThis as { [LISTENERS]?: Set<Listener> };
  return (globals[LISTENERS] ??= new Set());
}

/**
 * Joins hook to signals: the only place where they meet. Light on purpose, since a preload pays for it in every process.
 * @param watchLoader false where the SDK is handed over: a bundle has no loader to watch, and none of our files beside it
 * @returns `undefined` where something in this process observes already; two observers would double every span
 */
export function startWiring(
  wiring: Wiring,
  watchLoader = true,
): { readonly metrics: McpMetrics; stop(): void } | undefined {
  const known = createKnownNames();
  const telemetry = createTelemetry(wiring, known, { name: SCOPE, version: VERSION });
  const { observer } = telemetry;
  const stdout = createStdoutPolicy(
    () => wiring.config().stdout,
    (place) => observer.strayOutput(place),
    wiring.warn,
  );
  const hub = occupyHub({ observer, known, stdout });
  if (hub === undefined) return undefined;
  running = telemetry;
  onFault(wiring.fault);
  onOthers(wiring.warn);
  if (watchLoader) startHook(VERSION, announce);
  if (wiring.config().metrics.has("guide")) watchHttpRequests();
  return { metrics: telemetry.metrics, stop: () => hub.release() };
}

/** A logger for the application's own code. */
export function loggerOf(
  scope: { readonly name: string; readonly version: string },
  config: () => McpConfig,
  writeLine: (line: string) => void,
): McpLogger {
  return createUserLogger({ scope, config, writeLine, loggerProvider: registeredLoggerProvider });
}

let running: Telemetry | undefined;

/** What this process knows of its own MCP servers, for whoever shows it; `undefined` while nothing observes. */
export function runningTelemetry(): Telemetry | undefined {
  return running;
}

/** Hears of every MCP SDK that this process loads from now on. @returns ends the hearing */
export function onSdkSeen(listener: Listener): () => void {
  listeners().add(listener);
  return () => void listeners().delete(listener);
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

function announce(report: SdkReport): void {
  for (const listener of listeners()) listener(report);
}
