import type { DiagLogLevel } from "@opentelemetry/api";
import type { McpConfig } from "../config.ts";
import { provideMetrics, startAdmin, startDraining } from "./admin.ts";
import { readSettings, type AdminSettings } from "./env.ts";
import { firstLine } from "./packages.ts";
import { hasTracerProvider, startSdk } from "./sdk.ts";
import { flushAtExit } from "./shutdown.ts";
import { logDiagnosticsToStderr, type Say } from "./stderr.ts";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly level: DiagLogLevel;
  readonly speak: Say;
  /** Makes the instruments, now that there is somebody to read them. */
  readonly bindMetrics: () => void;
  /** The process ends: what is open is counted as over. */
  readonly endSessions: () => void;
  readonly config: McpConfig;
}

/** The process's telemetry, from the first MCP module on. Everything may be called again and then does nothing. */
export interface ProcessTelemetry {
  /** Sets up OpenTelemetry, unless the application has. */
  start(): void;
  /** An MCP server is here: probes and scrapers may come. */
  serve(): void;
  /** For the start-up line. */
  describe(): string;
  /** Resolves when {@link describe} will not change any more. */
  settled(): Promise<unknown>;
}

export function createTelemetry({
  env,
  level,
  speak,
  bindMetrics,
  endSessions,
  config,
}: Surroundings): ProcessTelemetry {
  let destination: string | undefined;
  let admin: AdminSettings | undefined;
  let serving: Promise<string | undefined> | undefined;
  let address: string | undefined;
  let scraped = false;

  function serve(): void {
    if (admin === undefined || serving !== undefined) return;
    serving = startAdmin(admin, speak).then((url) => (address = url));
  }

  function setUp(): string {
    if (hasTracerProvider()) return "telemetry goes through the OpenTelemetry SDK of this process";
    const settings = readSettings(env, speak);
    // Before anything that can fail: a mistyped collector must not fail the probes and have a healthy server restarted.
    if (settings.admin.enabled !== false) admin = settings.admin;
    provideMetrics(undefined, settings.admin);
    try {
      logDiagnosticsToStderr(level);
      const sdk = startSdk(
        env,
        settings,
        config.metrics.has("runtime") && settings.metrics.exporters.length > 0,
        speak,
      );
      flushAtExit({ ...sdk, shutdown: () => (endSessions(), sdk.shutdown()) }, startDraining);
      provideMetrics(sdk.collect, settings.admin);
      scraped = sdk.collect !== undefined;
      bindMetrics();
      // Asked for by name, it is there for clients as well.
      if (settings.admin.enabled === true || settings.metrics.exporters.includes("prometheus")) serve();
      return sdk.destination;
    } catch (error) {
      speak(`no telemetry: ${firstLine(error)}`);
      return "no telemetry";
    }
  }

  return {
    start() {
      destination ??= setUp();
    },
    serve,
    describe: () =>
      [
        destination,
        address === undefined ? undefined : `${scraped ? "health and metrics" : "health"} at ${address}`,
      ]
        .filter(Boolean)
        .join("; "),
    settled: async () => serving,
  };
}
