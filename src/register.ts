/**
 * `node --import mcp-otelkit/register server.js`: every MCP message of the process becomes a span, with no code changed.
 */
import { writeSync } from "node:fs";

try {
  // Not a static import: where a package is missing (the OpenTelemetry API is a peer), that would end the application.
  const { startRuntime } = await import("./runtime/start.ts");
  startRuntime();
} catch (error) {
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  try {
    writeSync(2, `mcp-otelkit: no telemetry: ${reason}\n`);
  } catch {
    // The host has closed stderr; that is no reason to end the application.
  }
}
