// The whole chain, with the shipped files: Collector, Prometheus, a log store, Jaeger.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  fresh,
  jaeger,
  loki,
  prometheus,
  victoriaLogs,
  type BackEnd,
  type LogStore,
  type Programs,
  type Prometheus,
  type ReadRules,
} from "./back-ends.ts";
import { collector, type Collector, type CollectorOptions } from "./collector.ts";
import type { StoreName } from "./log-stores.ts";
import type { Service } from "./service.ts";

export interface Stack {
  readonly folder: string;
  readonly jaeger: BackEnd;
  readonly prometheus: Prometheus;
  readonly logs: LogStore;
  /** The first Collector. */
  readonly collector: Collector;
  /** One more in front of the same back ends; described, not started. */
  another(options: CollectorOptions): Promise<Collector>;
  /** Ends everything and throws the data away. */
  stop(): Promise<void>;
  /** What each of them complained about, for the case that something went wrong. */
  complaints(): string;
}

export interface StackOptions {
  /** What the first Collector runs; the base alone if nothing is said. */
  readonly configs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For the first Collector, after all its files: what a test takes away from what is shipped. */
  readonly overrides?: readonly string[];
  /** Jaeger's traces survive Jaeger's end. Prometheus' and the logs' data do anyway. */
  readonly durable?: boolean;
  /** Where logs go: VictoriaLogs, which is built here, or Loki, where there is one. */
  readonly store?: StoreName;
  /** Prometheus evaluates the shipped rules, as this makes them; without it, none. */
  readonly rules?: ReadRules;
  /** Ports that people know, by what listens there. */
  readonly ports?: StackPorts;
  /** Where the data is kept; without it, in a folder that goes with the stack. */
  readonly data?: string;
}

export interface StackPorts {
  readonly http: number;
  readonly grpc: number;
  readonly jaeger: number;
  readonly prometheus: number;
  readonly logs: number;
}

const LOG_LINES = 8;
const LOG_WIDTH = 600;

export async function startStack(programs: Programs, options: StackOptions = {}): Promise<Stack> {
  const { configs = ["gateway.yaml"], env, durable = false, store = "victorialogs", ports, data } = options;
  const { rules } = options;
  const folder = mkdtempSync(join(workshop(), "stack-"));
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clear); // after those that kill the servers
  const place = (name: "jaeger" | "prometheus" | "logs") => ({
    port: ports?.[name],
    data: data && fresh(data, name === "logs" ? store : name),
  });
  const metrics = await prometheus(programs, folder, { rules, ...place("prometheus") });
  const ends = {
    prometheus: metrics,
    jaeger: await jaeger(programs, folder, { durable, prometheus: metrics.url, ...place("jaeger") }),
    logs:
      store === "loki" ? await loki(programs, folder) : await victoriaLogs(programs, folder, place("logs")),
  };
  const services: Service[] = [ends.prometheus, ends.jaeger, ends.logs];
  const sending = {
    MCP_JAEGER_OTLP_URL: ends.jaeger.otlp,
    MCP_PROMETHEUS_OTLP_URL: ends.prometheus.otlp,
    [ends.logs.variable]: ends.logs.otlp,
  };
  const another = async (wanted: CollectorOptions): Promise<Collector> => {
    const overlays = wanted.configs[0] === "gateway.yaml" ? ends.logs.overlays : [];
    const made = await collector(programs, folder, {
      ...wanted,
      configs: [...wanted.configs, ...overlays],
      env: { ...sending, ...wanted.env },
    });
    services.push(made);
    return made;
  };
  const first = await another({
    configs,
    ...(env && { env }),
    ...(options.overrides && { overrides: options.overrides }),
    ...(ports && { ports: { http: ports.http, grpc: ports.grpc } }),
    ...(data && { data: fresh(data, "queue") }),
  });
  ends.prometheus.scrape(
    "pipeline",
    [
      ["otelcol", new URL(first.telemetry).host],
      ["prometheus", ends.prometheus.metrics],
      [ends.logs.name, ends.logs.metrics],
      ["jaeger", ends.jaeger.metrics],
    ].map(([job = "", target = ""]) => ({ targets: [target], labels: { job } })),
  );

  let kept: string | undefined;
  const stop = async (): Promise<void> => {
    kept ??= complaints(); // they may be asked for when the folder is gone
    // Data that nobody wants needs no time to be put in order.
    const signal = data === undefined ? "SIGKILL" : "SIGTERM";
    await Promise.all(services.map((service) => service.stop(signal)));
    clear();
    process.off("exit", clear);
  };
  const complaints = (): string =>
    kept ?? services.map((service) => `--- ${service.name}\n${complaintsOf(service.log())}`).join("\n");
  try {
    await Promise.all(services.map((service) => service.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder, ...ends, collector: first, another, stop, complaints };
}

/** The last lines that are more than chatter. */
function complaintsOf(log: string): string {
  const lines = log
    .split("\n")
    .filter((line) => /\t(warn|error|fatal)\t|level=(WARN|ERROR|warn|error)|panic|^Error/.test(line));
  return lines
    .slice(-LOG_LINES)
    .map((line) => line.slice(0, LOG_WIDTH))
    .join("\n");
}

/** Databases do not belong into the repository. */
function workshop(): string {
  const path = join(tmpdir(), "mcp-otelkit-stack");
  mkdirSync(path, { recursive: true });
  return path;
}
