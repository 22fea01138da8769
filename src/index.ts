/**
 * The public surface of mcp-otelkit. Everything exported here, and nothing else, is covered by semantic versioning.
 * For the usual case there is nothing to import: `node --import mcp-otelkit/register server.js`.
 */
export { instrumentMcp, McpInstrumentation, type McpInstrumentationConfig } from "./instrumentation.ts";
export type { McpConfig } from "./settings/config.ts";
export { addReadinessCheck, createAdminHandlers } from "./runtime/admin-endpoint.ts";
export { createLogger } from "./runtime/create-logger.ts";
export { flushOnExit } from "./runtime/exit/exit-flush.ts";
export { flushTelemetry } from "./runtime/exit/exit.ts";
export type { LogFields, McpLogger } from "./wiring.ts";
export { setRedactor, type Redactor } from "./privacy/custom-redactor.ts";
export type { AdminHandlers, HandlersOptions } from "./admin/handlers.ts";
export type { CheckOptions, ReadinessCheck } from "./admin/ready.ts";
