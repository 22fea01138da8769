import { logLevel, say, SILENT, type Say } from "../output/say.ts";
import { describeFault } from "../output/describe-fault.ts";
import { isDisabled, isInstrumentationEnabled, readSdkMode } from "../settings/otel-settings.ts";
import type { OccupyHub } from "../wiring.ts";
import { loadChunk } from "./chunks.ts";
import { createLateSdk } from "./api/late-sdk.ts";
import { firstLine } from "../output/say.ts";

/** Who makes telemetry of what a command observes from outside. */
export type Observing = Parameters<OccupyHub>[0];

/** Whether the environment wants any telemetry. */
export function isWanted(env: NodeJS.ProcessEnv): boolean {
  return (
    !isDisabled(env) && isInstrumentationEnabled(env, "mcp") && readSdkMode(env, () => undefined) !== "off"
  );
}

const telemetryChunk = () => loadChunk<typeof import("./telemetry.ts")>("telemetry");

/** Loads what telemetry takes, while there is time; nothing is started by it. */
export function loadAhead(): void {
  try {
    telemetryChunk();
    loadChunk("sdk");
  } catch {
    // It is told when it is needed.
  }
}

/**
 * Starts the telemetry of a command that stands between a client and a server: the same as the preload's, but that there is no
 * SDK to patch, and that HTTP is not instrumented, which would add headers to what passes.
 * @param what is observed, for the start-up line
 * @param name of the service, where the environment has none; not given: as the server introduces itself
 */
export function observeFromOutside(what: string, name?: string): Observing | undefined {
  const env = process.env;
  const level = logLevel(env);
  const speak: Say = level === SILENT ? () => undefined : say;
  if (!isWanted(env)) return undefined;
  if (name !== undefined && !/(?:^|,)\s*service\.name\s*=/.test(env["OTEL_RESOURCE_ATTRIBUTES"] ?? ""))
    env["OTEL_SERVICE_NAME"] ||= name; // where OpenTelemetry's own detectors look
  let observing: Observing | undefined;
  try {
    telemetryChunk()
      .startTelemetry({
        env: { ...env, OTEL_NODE_DISABLED_INSTRUMENTATIONS: withoutHttp(env) },
        mode: readSdkMode(env, speak),
        level,
        speak,
        fault: (where, error) =>
          speak(`mcp-otelkit failed in "${where}", and messages pass without it: ${describeFault(error)}`),
        sdk: createLateSdk(speak),
        occupyHub(hub) {
          observing = hub;
          return { release: () => undefined };
        },
      })
      .seen({ package: what, version: "", format: "from outside", patched: ["Protocol", "Server"] });
  } catch (error) {
    speak(`no telemetry: ${firstLine(error)}`);
  }
  return observing;
}

function withoutHttp(env: NodeJS.ProcessEnv): string {
  return [env["OTEL_NODE_DISABLED_INSTRUMENTATIONS"], "http", "undici"].filter(Boolean).join(",");
}
