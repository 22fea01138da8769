import { createRequire } from "node:module";

/**
 * The parts of the build that are loaded on demand, each a file of `dist` (see `rolldown.config.mjs`): the code for
 * the first MCP module, OpenTelemetry's SDK, and rarely used parts.
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
 * Loads a part of the build. By `require`, because most parts are needed while the application loads its modules,
 * which does not wait.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a table of the types would import what it loads
export function loadChunk<Exports>(name: Chunk): Exports {
  // Created here: in a bundle of the application this file has no URL and no chunks beside it.
  return createRequire(import.meta.url)(`./${name}.cjs`) as Exports;
}
