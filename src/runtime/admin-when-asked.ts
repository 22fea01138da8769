import { isMainThread } from "node:worker_threads";
import type { Say } from "../output/say.ts";
import type { AdminSettings, RuntimeSettings } from "../settings/otel-settings.ts";
import { loadChunk } from "./chunks.ts";
import { facts } from "./process-facts.ts";

const loadAdmin = () => loadChunk<typeof import("./admin-endpoint.ts")>("admin");

/**
 * Node's permission model has an error thrown from a later tick by a `listen` that is not allowed, and that ends the process.
 * Older versions of it know no such permission. https://nodejs.org/api/permissions.html
 */
function mayListen(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  return (
    permission === undefined ||
    !process.allowedNodeEnvironmentFlags.has("--allow-net") ||
    permission.has("net")
  );
}

/** The endpoint for probes and scrapers, where it is asked for, once OpenTelemetry is set up. Nothing opens a port unasked. */
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
    /** An MCP server is here: an address that is set is meant for it. */
    serve() {
      wanted ||= byAddress;
      open();
    },
    start() {
      ready = true;
      // Asked for by name, it is there for clients as well.
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
