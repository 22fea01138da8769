import { diag } from "@opentelemetry/api";
import { sendToStderr } from "../../output/console-exporters.ts";
import { keepingDiagnosticsOffStdout } from "../../output/diagnostics.ts";
import { loadChunk } from "../chunks.ts";
import { capture, type Components } from "../api/api-globals.ts";
import { detectHarmlessCommandLine } from "./resource.ts";

/**
 * Starts what `OTEL_CONFIG_FILE` describes. OpenTelemetry reads the file; mcp-otelkit changes where the console
 * exporters print, and removes the values from the command line.
 * @param level of OpenTelemetry's diagnostics
 */
export function startFromFile(level: number): Components {
  const { startNodeSDK, processDetector, ...exporters } =
    loadChunk<typeof import("./configuration-file.ts")>("configuration-file");
  for (const exporter of Object.values(exporters)) sendToStderr(exporter.prototype);
  detectHarmlessCommandLine(processDetector);
  return capture(() => keepingDiagnosticsOffStdout(diag, level, () => void startNodeSDK({})));
}
