// The entry of the auto-instrumentation image: `node --require /otel-auto-instrumentation-nodejs/autoinstrumentation.js server.js`. The Operator
// names this file; it takes `--require` only, so this is CommonJS, and works for ES modules as well.
"use strict";

try {
  require("mcp-otelkit/register.cjs");
} catch (error) {
  // An incomplete volume is no reason to end the application. stderr, since stdout is the protocol's.
  const [reason] = String(error instanceof Error ? error.message : error).split("\n", 1);
  console.error(`mcp-otelkit: no telemetry: ${reason}`);
}
