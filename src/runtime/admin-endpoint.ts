import cluster from "node:cluster";
import { redactMessage } from "../privacy/uri.ts";
import { createHandle, type AdminHandle } from "../admin/handle.ts";
import { createHandlers, type AdminHandlers, type HandlersOptions } from "../admin/handlers.ts";
import { createReadiness, type CheckOptions, type ReadinessCheck } from "../admin/ready.ts";
import { createRoutes, type AdminSources } from "../admin/routes.ts";
import { startAdminServer, type AdminServer } from "../admin/server.ts";
import type { AdminSettings } from "../settings/otel-settings.ts";
import { say, type Say } from "../output/say.ts";
import { facts } from "./process-facts.ts";

let server: AdminServer | undefined;

const readiness = createReadiness({
  uptimeSeconds: () => process.uptime(),
  redact: redactMessage,
  keepMs: 1000,
});
/** Our own conditions cost nothing. */
const FRESH: CheckOptions = { keepMs: 0 };
readiness.add(
  "server",
  () => {
    if (!facts.telemetry?.served.connected && !applicationListens())
      throw new Error("no MCP server is connected to a transport yet");
  },
  FRESH,
);
readiness.add(
  "shutdown",
  () => {
    if (facts.draining) throw new Error("the process has been asked to end");
  },
  FRESH,
);

/**
 * An MCP server over HTTP connects a transport when its first client comes, and its first client comes when it is ready:
 * so a socket that the application listens on counts as well. Ours do not: they never keep the process alive.
 */
function applicationListens(): boolean {
  // A worker of node:cluster listens through its primary, and nothing here shows it.
  return cluster.isWorker || process.getActiveResourcesInfo().includes("TCPServerWrap");
}

/**
 * Adds a condition to `/ready`: a database, an API, a cache that must be warm.
 *
 * ```ts
 * addReadinessCheck("database", () => pool.query("SELECT 1"), { timeoutMs: 2000 });
 * ```
 *
 * @param name what `/ready` calls it
 * @param check healthy unless it throws, rejects, gives `false`, or takes longer than `timeoutMs` (milliseconds, default
 *   5000); a result serves `keepMs` (milliseconds, default 1000)
 * @returns takes the check away again
 * @throws {TypeError} if the name is taken or an argument is not what it should be
 */
export function addReadinessCheck(name: string, check: ReadinessCheck, options?: CheckOptions): () => void {
  return readiness.add(name, check, options);
}

/**
 * `/metrics`, `/health` and `/ready` for a server of the application's own: Node http, Express, Hono, Fastify.
 * `/metrics` is there where the preload has set up OpenTelemetry (and `OTEL_METRICS_EXPORTER` is not `none`).
 */
export function createAdminHandlers(options?: HandlersOptions): AdminHandlers {
  let handle: AdminHandle | undefined;
  let madeFor: AdminSources["collect"];
  // Made anew when metrics come: an application may mount the handlers before it has loaded the MCP SDK.
  const late = (...request: Parameters<AdminHandle>): ReturnType<AdminHandle> => {
    if (handle === undefined || madeFor !== facts.collect)
      handle = createHandle({ routes: routes(), token: facts.token, say });
    madeFor = facts.collect;
    return handle(...request);
  };
  return createHandlers(Object.assign(late, { paths: ["/metrics", "/health", "/ready"] }), options);
}

/** Serves the endpoints. @returns where, or `undefined` where that was not possible, which has been told */
export async function startAdmin({ host, port }: AdminSettings, speak: Say): Promise<string | undefined> {
  server = await startAdminServer({ host, port, token: facts.token, routes: routes(), say: speak });
  return server?.url;
}

/** Requests to the endpoints themselves, which nobody wants in a trace. */
export function isAdminRequest(request: { readonly socket: object }): boolean {
  return server?.owns(request) ?? false;
}

function routes(): ReturnType<typeof createRoutes> {
  return createRoutes({
    collect: facts.collect,
    exemplarOf: (...bucket) => facts.telemetry?.metrics.exemplars.find(...bucket),
    readiness,
    health: () => ({
      version: facts.telemetry?.served.version,
      uptimeSeconds: process.uptime(),
      activeSessions: facts.telemetry?.metrics.sessions.active(),
      residentBytes: facts.residentBytes?.(),
    }),
  });
}
