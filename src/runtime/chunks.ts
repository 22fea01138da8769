import { createRequire } from "node:module";

/**
 * The parts of the build that are loaded when they are needed, each one file of `dist` (see `rolldown.config.ts`). By `require`,
 * because most of them are needed in the middle of the application's module loading, which does not wait.
 */
const load = createRequire(import.meta.url);

/** What the first MCP module needs: the patches, the signals, the set-up. */
export const loadTelemetry = (): typeof import("./telemetry.ts") => load("./telemetry.cjs") as never;

/** The OpenTelemetry SDK with the exporters over HTTP and the instrumentations beside MCP. */
export const loadSdk = (): typeof import("./otel/sdk.ts") => load("./sdk.cjs") as never;

/** The exporters over gRPC. */
export const loadGrpc = (): typeof import("./delivery/grpc.ts") => load("./grpc.cjs") as never;

/** The propagators for B3 and Jaeger. */
export const loadPropagators = (): typeof import("./otel/rare-propagators.ts") =>
  load("./propagators.cjs") as never;

/** OpenTelemetry's declarative configuration. */
export const loadConfigurationFile = (): typeof import("./otel/configuration-file.ts") =>
  load("./configuration-file.cjs") as never;

/** The endpoint for probes and scrapers. */
export const loadAdmin = (): typeof import("./admin-endpoint.ts") => load("./admin.cjs") as never;

/** The message of an error without its stack and without the list of those who required it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
