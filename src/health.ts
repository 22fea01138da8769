/** `import { addReadinessCheck } from "mcp-otelkit/health"`: readiness checks and the handlers for a server of your own, alone. */
export { addReadinessCheck, createAdminHandlers } from "./runtime/admin-endpoint.ts";
export type { AdminHandlers, HandlersOptions } from "./admin/handlers.ts";
export type { CheckOptions, ReadinessCheck } from "./admin/ready.ts";
