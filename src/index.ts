/**
 * The public surface of mcp-otelkit. Everything exported here, and nothing else, is covered by semantic versioning.
 * For the usual case there is nothing to import: `node --import mcp-otelkit/register server.js`.
 */
export { instrumentMcp, McpInstrumentation, type McpInstrumentationConfig } from "./instrumentation.ts";
export type { McpConfig } from "./config.ts";
export { addReadinessCheck, createAdminHandlers } from "./runtime/admin.ts";
export { createLogger } from "./runtime/logger.ts";
export { flushOnExit } from "./runtime/last-words.ts";
export { flushTelemetry } from "./runtime/shutdown.ts";
export type { LogFields, McpLogger } from "./wiring.ts";
export { setRedactor, type Redactor } from "./operation/redactor.ts";
export type { AdminHandlers, HandlersOptions } from "./admin/handlers.ts";
export type { CheckOptions, ReadinessCheck } from "./admin/ready.ts";
