/**
 * The public surface of mcp-otelkit. Everything exported here, and nothing else, is covered by semantic versioning.
 * The usual case needs no import: `node --import mcp-otelkit/register server.js`.
 */
export { instrumentMcp, McpInstrumentation, type McpInstrumentationConfig } from "./instrumentation.ts";
export type { McpConfig } from "./settings/config.ts";
export * from "./flush.ts";
export * from "./health.ts";
export * from "./logger.ts";
export { setRedactor, type Redactor } from "./privacy/custom-redactor.ts";
