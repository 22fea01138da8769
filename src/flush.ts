/**
 * `import { flushTelemetry } from "mcp-otelkit/flush"`: only the functions that an application calls before it exits.
 */
export { flushOnExit, flushTelemetry } from "./runtime/exit/flush-request.ts";
