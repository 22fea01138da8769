import cluster from "node:cluster";
import { redactMessage } from "../privacy/uri.ts";
import { createHandle, type AdminHandle } from "../admin/handle.ts";
import { createHandlers, type AdminHandlers, type HandlersOptions } from "../admin/handlers.ts";
import { createReadiness, type CheckOptions, type ReadinessCheck } from "../admin/ready.ts";
import { createRoutes, type AdminSources } from "../admin/routes.ts";
import { startAdminServer, type AdminServer } from "../admin/server.ts";
import { residentBytes, runningTelemetry } from "../wiring.ts";
import type { AdminSettings } from "../settings/otel-settings.ts";
import { say, type Say } from "../output/diagnostics.ts";

let collect: AdminSources["collect"];
let token: string | undefined;
let draining = false;
let server: AdminServer | undefined;

const readiness = createReadiness({ uptimeSeconds: () => process.uptime(), redact: redactMessage });
readiness.add("server", () => {
  if (!runningTelemetry()?.served.connected && !applicationListens())
    throw new Error("no MCP server is connected to a transport yet");
});
readiness.add("shutdown", () => {
  if (draining) throw new Error("the process has been asked to end");
});

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
 * @param check healthy unless it throws, rejects, gives `false`, or takes longer than `timeoutMs` (milliseconds, default 5000)
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
    if (handle === undefined || madeFor !== collect) handle = createHandle({ routes: routes(), token, say });
    madeFor = collect;
    return handle(...request);
  };
  return createHandlers(Object.assign(late, { paths: ["/metrics", "/health", "/ready"] }), options);
}

/** Takes over what a scraper is to be shown, and the token it is to bring. */
export function provideMetrics(source: AdminSources["collect"], settings: AdminSettings): void {
  collect = source;
  ({ token } = settings);
}

/** Serves the endpoints. @returns where, or `undefined` where that was not possible, which has been told */
export async function startAdmin({ host, port }: AdminSettings, speak: Say): Promise<string | undefined> {
  server = await startAdminServer({ host, port, token, routes: routes(), say: speak });
  return server?.url;
}

/** From now on the process takes no more work, says `/ready`. */
export function startDraining(): void {
  draining = true;
}

/** Requests to the endpoints themselves, which nobody wants in a trace. */
export function isAdminRequest(request: { readonly socket: object }): boolean {
  return server?.owns(request) ?? false;
}

function routes(): ReturnType<typeof createRoutes> {
  return createRoutes({
    collect,
    exemplarOf: (...bucket) => runningTelemetry()?.metrics.exemplars.find(...bucket),
    readiness,
    health: () => ({
      version: runningTelemetry()?.served.version,
      uptimeSeconds: process.uptime(),
      activeSessions: runningTelemetry()?.metrics.sessions.active(),
      residentBytes: residentBytes(),
    }),
  });
}
