import { join } from "node:path";
import { fresh, SHIPPED, type Programs } from "./back-ends.ts";
import { freePorts } from "../support/ports.ts";
import { describeService, type Service } from "./service.ts";

export interface Collector extends Service {
  /** OTLP over HTTP, and over gRPC. */
  readonly http: string;
  readonly grpc: string;
  /** Its own metrics page. */
  readonly telemetry: string;
}

export interface CollectorOptions {
  readonly name?: string;
  /** Files of `collector/otelcol`, the base first; or anything else that `--config` takes. */
  readonly configs: readonly string[];
  /** Whatever `--config` takes, after all files. */
  readonly overrides?: readonly string[];
  /** Where it sends, by the variables of the shipped files. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where it listens, if not anywhere. */
  readonly ports?: { readonly http: number; readonly grpc: number };
  readonly data?: string;
  /** Another user than this process's, by number. */
  readonly user?: number;
}

/** Described, not started: some tests want to see it fail. */
export async function collector(
  programs: Programs,
  folder: string,
  { name = "otelcol", configs, env = {}, ports, data, user, overrides = [] }: CollectorOptions,
): Promise<Collector> {
  const port = { ...(await freePorts("grpc", "http", "health", "telemetry")), ...ports };
  const service = describeService({
    name,
    program: programs.otelcol,
    args: [...configs.map(shipped), ...overrides].flatMap((config) => ["--config", config]),
    ...(user !== undefined && { user }),
    env: {
      MCP_OTLP_GRPC_ENDPOINT: `127.0.0.1:${port.grpc}`,
      MCP_OTLP_HTTP_ENDPOINT: `127.0.0.1:${port.http}`,
      MCP_HEALTH_ENDPOINT: `127.0.0.1:${port.health}`,
      MCP_TELEMETRY_HOST: "127.0.0.1",
      MCP_TELEMETRY_PORT: String(port.telemetry),
      MCP_STORAGE_DIR: data ?? fresh(folder, `${name}-queue`),
      ...env,
    },
    ready: `http://127.0.0.1:${port.health}/`,
    log: join(folder, `${name}.log`),
  });
  return {
    ...service,
    http: `http://127.0.0.1:${port.http}`,
    grpc: `http://127.0.0.1:${port.grpc}`,
    telemetry: `http://127.0.0.1:${port.telemetry}/metrics`,
  };
}

function shipped(config: string): string {
  return /^\/|^[a-z]+:/.test(config) ? config : join(SHIPPED, "otelcol", config);
}
