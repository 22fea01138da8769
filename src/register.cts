/**
 * `node --require mcp-otelkit/register.cjs server.js`: the same as `--import mcp-otelkit/register`, for `--require`,
 * which the OpenTelemetry Operator uses. For CommonJS applications and for ECMAScript modules.
 */
/* oxlint-disable typescript/no-require-imports -- what this file is for */
try {
  // Not at the top of the file: a missing package would end the application there.
  const { startRuntime } = require("./preload.cjs") as { startRuntime: () => void };
  startRuntime();
} catch (error) {
  const { writeSync } = require("node:fs") as typeof import("node:fs");
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  try {
    writeSync(2, `mcp-otelkit: no telemetry: ${reason}\n`);
  } catch {
    // The host has closed stderr; the application continues.
  }
}
