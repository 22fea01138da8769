import { DiagLogLevel, metrics, trace } from "@opentelemetry/api";
import { readConfig } from "../settings/mcp-settings.ts";
import { describeFault } from "../output/describe-fault.ts";
import { VERSION } from "../version.ts";
import { onSdkSeen, SCOPE, startWiring, type LoggerProvider } from "../wiring.ts";
import { createAnnouncer } from "./start-up-line.ts";
import { isDisabled, isInstrumentationEnabled, readSdkMode } from "../settings/otel-settings.ts";
import { instrumentLoggers } from "./logger-instrumentations.ts";
import { keepJoinedDiagnosticsOffStdout } from "./otel/quiet-diagnostics.ts";
import { tellIfNothingWasSeen } from "./nothing-seen.ts";
import { takenSlots } from "./otel/slots.ts";
import { logLevel, say, writeToStderr } from "../output/diagnostics.ts";
import { createTelemetry, type ProcessTelemetry } from "./process-telemetry.ts";
import { shareFacts } from "./threads.ts";
import { NO_METERS } from "./otel/waiting-meters.ts";

/** Set on the global object by the first preload, whichever copy of this package it came from. */
const STARTED = Symbol.for("mcp-otelkit.runtime");

/**
 * The preload. Costs little until the first MCP module is seen, since `NODE_OPTIONS` brings it into npm and npx as well;
 * only then is OpenTelemetry set up, unless the application has done so itself.
 */
export function startRuntime(env: NodeJS.ProcessEnv = process.env): void {
  const globals = globalThis as Record<symbol, string | undefined>;
  if (isDisabled(env) || !isInstrumentationEnabled(env, "mcp")) return;
  const level = logLevel(env);
  const speak = level === DiagLogLevel.NONE ? () => undefined : say;
  const started = globals[STARTED];
  if (started !== undefined) {
    // Twice the same is nothing to be told: a flag and NODE_OPTIONS.
    if (started !== VERSION)
      speak(`version ${started} is preloaded already, so this one (${VERSION}) does nothing`);
    return;
  }
  const mode = readSdkMode(env, speak);
  if (mode === "off") return;
  globals[STARTED] = VERSION;
  shareFacts();
  keepJoinedDiagnosticsOffStdout();

  const config = readConfig(env, speak);
  const fault = (where: string, error: unknown): void =>
    speak(`a mistake of ours in "${where}", the application goes on without it: ${describeFault(error)}`);
  const wiring = startWiring({
    // The first who asks is the first message, and that is the last moment to start.
    tracer() {
      telemetry.record();
      return telemetry.own.trace?.getTracer(SCOPE, VERSION) ?? trace.getTracer(SCOPE, VERSION);
    },
    meterProvider: () =>
      telemetry.own.metrics ?? (telemetry.waiting ? NO_METERS : metrics.getMeterProvider()),
    loggerProvider: () => telemetry.own.logs as LoggerProvider | undefined,
    config: () => config,
    warn: speak,
    writeLine: writeToStderr,
    fault,
  });
  if (wiring === undefined) return;

  const telemetry: ProcessTelemetry = createTelemetry({
    env,
    mode,
    level,
    speak,
    config,
    bindMetrics: wiring.metrics.bind,
    endSessions: wiring.metrics.sessions.closeAll,
  });
  if (mode !== "join")
    instrumentLoggers({ env, foreign: () => takenSlots().has("trace") && !telemetry.tracing, fault });
  const announcer = createAnnouncer(VERSION, telemetry.describe, telemetry.settled, speak);
  onSdkSeen((report) => {
    if (report.problem === undefined) telemetry.expect();
    // Seen by a copy of this package inside a bundle, whose messages never come by here.
    if (report.format === "by hand") telemetry.record();
    if (report.patched.some((name) => name === "Server" || name === "McpServer")) telemetry.serve();
    announcer.add(report);
  });
  tellIfNothingWasSeen(env, announcer, level, speak);
}
