import { onCompiled } from "./hook/loader/compile-hook.ts";
import { installLoadHook, syncHooksWork } from "./hook/loader/load-hook.ts";
import { otherRuntime } from "./hook/loader/other-runtime.ts";
import { reserveHub } from "./hook/hub.ts";
import { onFault } from "./output/safely.ts";
import { logLevel, say, SILENT, type Say } from "./output/say.ts";
import { isDisabled, isInstrumentationEnabled, readSdkMode } from "./settings/otel-settings.ts";
import { VERSION } from "./version.ts";
import { describeFault } from "./output/describe-fault.ts";
import { IMPLEMENTATIONS } from "./hook/loader/implementations.ts";
import { onSdkSeen } from "./hook/loader/sdk-listeners.ts";
import { firstLine } from "./output/say.ts";
import { loadChunk } from "./runtime/chunks.ts";
import { instrumentLoggers } from "./runtime/logger-instrumentations.ts";
import { createLateSdk } from "./runtime/api/late-sdk.ts";
import { takenSlots } from "./runtime/api/api-globals.ts";
import { tellIfNothingWasSeen } from "./runtime/nothing-seen.ts";
import type { ProcessTelemetry } from "./runtime/telemetry.ts";
import { shareFacts } from "./runtime/threads.ts";

/** The first preload sets it on the global object, whichever copy of this package it belongs to. */
const STARTED = Symbol.for("mcp-otelkit.runtime");

/**
 * The preload. It watches the module loader and prepares the OpenTelemetry API, and loads nothing else until an MCP
 * SDK is loaded: `NODE_OPTIONS` brings it into npm and npx as well.
 */
export function startRuntime(env: NodeJS.ProcessEnv = process.env): void {
  const globals = globalThis as Record<symbol, string | undefined>;
  if (isDisabled(env) || !isInstrumentationEnabled(env, "mcp")) return;
  const level = logLevel(env);
  const speak: Say = level === SILENT ? () => undefined : say;
  const started = globals[STARTED];
  if (started !== undefined) {
    // The same version twice means a flag and NODE_OPTIONS together.
    if (started !== VERSION)
      speak(`version ${started} is preloaded already, so this one (${VERSION}) does nothing`);
    return;
  }
  const mode = readSdkMode(env, speak);
  if (mode === "off") return;
  globals[STARTED] = VERSION;
  const runtime = otherRuntime();
  if (runtime !== undefined)
    speak(
      `${runtime} shows its modules to no preload: mcp-otelkit records what is passed to instrumentMcp(); ` +
        "npx mcp-otelkit run -- <command> observes any server from outside",
    );
  shareFacts();

  const fault = (where: string, error: unknown): void =>
    speak(`internal error in "${where}"; the application continues without it: ${describeFault(error)}`);
  onFault(fault);
  const sdk = createLateSdk(speak);
  const occupyHub = reserveHub();
  let telemetry: ProcessTelemetry | undefined;
  let failed = false;
  /** Starts the rest of mcp-otelkit, with the first MCP module. */
  function begin(): ProcessTelemetry | undefined {
    if (telemetry !== undefined || failed) return telemetry;
    try {
      telemetry = loadChunk<typeof import("./runtime/telemetry.ts")>("telemetry").startTelemetry({
        env,
        mode,
        level,
        speak,
        fault,
        sdk,
        occupyHub,
      });
    } catch (error) {
      failed = true;
      speak(`no telemetry: ${firstLine(error)}`);
    }
    return telemetry;
  }

  instrumentLoggers({
    env,
    foreign: () => mode === "join" || (takenSlots().has("trace") && telemetry?.tracing !== true),
    fault,
    onCompiled,
  });
  onSdkSeen((report) => begin()?.seen(report));
  installLoadHook((file, exports) => begin()?.loaded(file, exports));
  if (runtime !== undefined) return; // which has been reported
  tellIfNothingWasSeen(
    env,
    () => telemetry !== undefined || failed,
    level,
    speak,
    syncHooksWork(process.versions.node),
    IMPLEMENTATIONS.map((row) => row.package),
  );
}
