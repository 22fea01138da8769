import { isMainThread } from "node:worker_threads";
import type { Say } from "../output/say.ts";
import type { AdminSettings, RuntimeSettings } from "../settings/otel-settings.ts";
import { loadChunk } from "./chunks.ts";
import { facts } from "./process-facts.ts";

const loadAdmin = () => loadChunk<typeof import("./admin-endpoint.ts")>("admin");

/**
 * Where Node's permission model forbids `listen`, the error is thrown in a later tick, and that ends the process.
 * Older versions do not have this permission. https://nodejs.org/api/permissions.html
 */
function mayListen(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  return (
    permission === undefined ||
    !process.allowedNodeEnvironmentFlags.has("--allow-net") ||
    permission.has("net")
  );
}

/**
 * The endpoint for probes and scrapers, where a setting turns it on, once OpenTelemetry is set up. By default no port
 * opens.
 */
export function createAdmin(settings: RuntimeSettings, speak: Say) {
  let wanted = false;
  let ready = false;
  let serving: Promise<string | undefined> | undefined;
  let address: string | undefined;
  const options: AdminSettings | undefined =
    settings.admin.enabled !== false && isMainThread ? settings.admin : undefined;

  const byName = settings.admin.enabled === true || settings.metrics.exporters.includes("prometheus");
  const byAddress = settings.admin.port !== undefined || settings.admin.host !== undefined;

  function open(): void {
    if (!wanted || !ready || options === undefined || serving !== undefined) return;
    if (!mayListen()) {
      serving = Promise.resolve(undefined);
      speak(
        "the permission model of Node forbids to listen (--allow-net is missing); /metrics, /health, /ready are not served",
      );
      return;
    }
    serving = loadAdmin()
      .startAdmin(options, speak)
      .then((url) => (address = url));
  }
  return {
    /** Called when an MCP server is loaded: a configured address then applies to this process. */
    serve() {
      wanted ||= byAddress;
      open();
    },
    start() {
      ready = true;
      // Turned on explicitly, it is there for clients as well.
      wanted ||= byName;
      open();
    },
    owns: (request: { readonly socket: object }): boolean =>
      address !== undefined && loadAdmin().isAdminRequest(request),
    settled: async (): Promise<unknown> => serving,
    describe: (): string | undefined =>
      address === undefined
        ? undefined
        : `${facts.collect === undefined ? "health" : "health and metrics"} at ${address}`,
  };
}
