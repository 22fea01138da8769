/**
 * `node --require mcp-otelkit/register.cjs server.js`: the same as `--import mcp-otelkit/register`, for those who have to preload
 * by `--require`, as the OpenTelemetry Operator does. For CommonJS applications and for ECMAScript modules.
 */
/* oxlint-disable typescript/no-require-imports -- what this file is for */
try {
  // Not `register.js`: it awaits, and what awaits cannot be required.
  const { startRuntime } = require("./runtime/start.js") as { startRuntime: () => void };
  startRuntime();
} catch (error) {
  const { writeSync } = require("node:fs") as typeof import("node:fs");
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  try {
    writeSync(2, `mcp-otelkit: no telemetry: ${reason}\n`);
  } catch {
    // The host has closed stderr; that is no reason to end the application.
  }
}
