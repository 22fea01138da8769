import { createRequire } from "node:module";

/**
 * The parts of the build that are loaded when they are needed, each a file of `dist` (see `rolldown.config.mjs`): what the first
 * MCP module needs, OpenTelemetry's SDK, and what few ask for.
 */
export type Chunk =
  | "telemetry"
  | "sdk"
  | "exporters"
  | "instrumentations"
  | "grpc"
  | "propagators"
  | "configuration-file"
  | "admin";

/**
 * Loads a part of the build. By `require`, because most of them are needed in the middle of the application's module loading,
 * which does not wait.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a table of the types would import what it loads
export function loadChunk<Exports>(name: Chunk): Exports {
  // Made here: in a bundle of the application's this file has no URL, and none of the parts beside it.
  return createRequire(import.meta.url)(`./${name}.cjs`) as Exports;
}
