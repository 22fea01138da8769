// The options of `npm run stack`.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { StoreName } from "./log-stores.ts";
import type { StackPorts } from "./stack.ts";

/** The ports that SDKs and people try first, and the purpose of each. */
export const USUAL_PORTS = {
  http: [4318, "OTLP over http, where SDKs send by default", "OTLP_HTTP_PORT"],
  grpc: [4317, "OTLP over gRPC", "OTLP_GRPC_PORT"],
  jaeger: [16686, "Jaeger", "JAEGER_PORT"],
  prometheus: [9090, "Prometheus", "PROMETHEUS_PORT"],
  logs: [9428, "VictoriaLogs (in containers Loki, 3100)", "LOKI_PORT"],
  page: [8484, "the page with links and queries", "GRAFANA_PORT"],
} as const satisfies Record<keyof StackPorts | "page", readonly [number, string, string]>;

export type PortName = keyof typeof USUAL_PORTS;
export const PORT_NAMES = Object.keys(USUAL_PORTS) as PortName[];

export interface Options {
  readonly ports: Partial<Record<PortName, number>>;
  readonly data?: string;
  readonly store: StoreName;
  /** Containers where there is an engine, if nothing else is wanted. */
  readonly native: boolean;
  readonly overlays: readonly string[];
}

export const HELP = `npm run stack -- [options] [overlays/<name>.yaml ...]

${PORT_NAMES.map((name) => {
  const [port, what] = USUAL_PORTS[name];
  return `  ${`--${name} PORT`.padEnd(20)}${what}; ${port} if it is free, else any`;
}).join("\n")}
  --data DIR          keep traces, metrics, logs and queues there; without it they go at the end
  --store NAME        victorialogs (the default) or loki, where this machine has one
  --native            no containers, also where there is an engine
  --help              this
`;

/** The options, or why they cannot be. */
export function readOptions(words: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(PORT_NAMES.map((name) => [name, { type: "string" } as const])),
        data: { type: "string" },
        store: { type: "string" },
        native: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help === true) return HELP;
    const given: Readonly<Record<string, unknown>> = values;
    const text = (name: string): string | undefined =>
      typeof given[name] === "string" ? given[name] : undefined;
    const ports = PORT_NAMES.filter((name) => text(name) !== undefined).map(
      (name) => [name, portOf(name, text(name) ?? "")] as const,
    );
    const store = text("store") ?? "victorialogs";
    if (store !== "victorialogs" && store !== "loki") throw new Error(`--store knows no ${store}`);
    const data = text("data");
    return {
      ports: Object.fromEntries(ports),
      store,
      ...(data !== undefined && { data: resolve(data) }),
      native:
        values.native === true || data !== undefined || text("store") !== undefined || positionals.length > 0,
      overlays: positionals,
    };
  } catch (error) {
    return `${(error as Error).message}\n\n${HELP}`;
  }
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`--${name} ${text} is no port`);
  return port;
}
