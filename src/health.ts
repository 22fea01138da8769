/**
 * `import { addReadinessCheck } from "mcp-otelkit/health"`: only readiness checks and the handlers for your own
 * server.
 */
export { addReadinessCheck, createAdminHandlers } from "./runtime/admin-endpoint.ts";
export type { AdminHandlers, HandlersOptions } from "./admin/handlers.ts";
export type { CheckOptions, ReadinessCheck } from "./admin/ready.ts";
