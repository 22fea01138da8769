/** `import { flushTelemetry } from "mcp-otelkit/flush"`: what an application calls before it exits, alone. */
export { flushOnExit, flushTelemetry } from "./runtime/exit/flush-request.ts";
