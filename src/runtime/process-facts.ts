import type { Telemetry } from "../wiring.ts";
import type { AdminSources } from "../admin/routes.ts";

/** Facts about this process for `/health`, `/ready` and `/metrics`. Filled while it runs, read when a probe asks. */
export interface ProcessFacts {
  /** The telemetry of the MCP servers and clients, once an MCP SDK is loaded. */
  telemetry?: Telemetry;
  /** Collects for a scraper; `undefined` where there is no `/metrics` page. */
  collect?: AdminSources["collect"];
  /** `OTEL_INSTRUMENTATION_MCP_ADMIN_TOKEN`. */
  token?: string | undefined;
  /** Resident memory in bytes. */
  residentBytes?: () => number | undefined;
  /** True once the process has received SIGTERM. */
  draining: boolean;
}

export const facts: ProcessFacts = { draining: false };
