// Prometheus, Jaeger and the log stores from the shipped files. What differs from an operator's is addresses and data directories, and
// those by the ways the files themselves offer.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StoreName } from "./log-stores.ts";
import { commandOf, type Loki } from "./loki-here.ts";
import type { Program } from "./pins.ts";
import { freePorts } from "../support/ports.ts";
import { describeService, type Service } from "./service.ts";

export const SHIPPED = fileURLToPath(new URL("../../collector/", import.meta.url));

/** The paths of the built programs, and Loki where this machine has it. */
export type Programs = Readonly<Record<Program, string>> & { readonly loki?: Loki };

/** A server: the address for people and programs, the address for the Collector, and its own metrics page. */
export interface BackEnd extends Service {
  readonly url: string;
  readonly otlp: string;
  readonly metrics: string;
}

/** Where to put a server that is not for a test. */
export interface Place {
  readonly port?: number | undefined;
  readonly data?: string | undefined;
}

export async function jaeger(
  programs: Programs,
  folder: string,
  {
    durable = false,
    prometheus: asked = "",
    ...place
  }: Place & { durable?: boolean; prometheus?: string } = {},
): Promise<BackEnd> {
  const port = await freePorts("grpc", "http", "query", "queryGrpc", "health", "telemetry");
  port.query = place.port ?? port.query;
  const service = describeService({
    name: "jaeger",
    program: programs.jaeger,
    args: ["--config", join(SHIPPED, "jaeger", durable ? "badger.yaml" : "memory.yaml")],
    env: {
      JAEGER_OTLP_GRPC_ENDPOINT: `127.0.0.1:${port.grpc}`,
      JAEGER_OTLP_HTTP_ENDPOINT: `127.0.0.1:${port.http}`,
      JAEGER_HTTP_ENDPOINT: `127.0.0.1:${port.query}`,
      JAEGER_GRPC_ENDPOINT: `127.0.0.1:${port.queryGrpc}`,
      JAEGER_HEALTH_ENDPOINT: `127.0.0.1:${port.health}`,
      JAEGER_TELEMETRY_HOST: "127.0.0.1",
      JAEGER_TELEMETRY_PORT: String(port.telemetry),
      JAEGER_DATA_DIR: place.data ?? fresh(folder, "jaeger"),
      JAEGER_PROMETHEUS_URL: asked,
    },
    ready: `http://127.0.0.1:${port.query}/api/v3/services`,
    log: join(folder, "jaeger.log"),
  });
  return {
    ...service,
    url: `http://127.0.0.1:${port.query}`,
    otlp: `http://127.0.0.1:${port.http}`,
    metrics: `127.0.0.1:${port.telemetry}`,
  };
}

export interface Prometheus extends BackEnd {
  /** What it scrapes from now on, by the name of a file in `targets/` that the shipped configuration reads. */
  scrape(
    file: string,
    groups: readonly { targets: readonly string[]; labels?: Record<string, string> }[],
  ): void;
}

/** What a test does to each rule file before Prometheus reads it; nothing, as a rule. */
export type ReadRules = (text: string) => string;

export async function prometheus(
  programs: Programs,
  folder: string,
  { rules, ...place }: Place & { rules?: ReadRules | undefined } = {},
): Promise<Prometheus> {
  const port = await freePorts("web");
  port.web = place.port ?? port.web;
  // The file looks for addresses and rules in folders beside itself: so it moves, unchanged, and finds ours.
  const home = fresh(folder, "prometheus-configuration");
  copyFileSync(join(SHIPPED, "prometheus", "prometheus.yaml"), join(home, "prometheus.yaml"));
  if (rules !== undefined) copyRules(fresh(home, "rules"), rules);
  const targets = fresh(home, "targets");
  const url = `http://127.0.0.1:${port.web}`;
  const service = describeService({
    name: "prometheus",
    program: programs.prometheus,
    args: [
      `--config.file=${join(home, "prometheus.yaml")}`,
      `--storage.tsdb.path=${place.data ?? fresh(folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${port.web}`,
      "--web.enable-otlp-receiver",
      "--web.enable-remote-write-receiver",
      // Start times as zeros, so that `rate` and `increase` see the first count of a new series.
      "--enable-feature=exemplar-storage,created-timestamp-zero-ingestion",
    ],
    ready: `${url}/-/ready`,
    log: join(folder, "prometheus.log"),
  });
  return {
    ...service,
    url,
    otlp: `${url}/api/v1/otlp`,
    metrics: `127.0.0.1:${port.web}`,
    // Renamed into its place, since Prometheus reads it the moment it appears. JSON is YAML.
    scrape(file, groups) {
      writeFileSync(join(home, `${file}.new`), JSON.stringify(groups));
      renameSync(join(home, `${file}.new`), join(targets, `${file}.yaml`));
    },
  };
}

function copyRules(into: string, rules: ReadRules): void {
  const from = join(SHIPPED, "prometheus", "rules");
  for (const file of readdirSync(from))
    writeFileSync(join(into, file), rules(readFileSync(join(from, file), "utf8")));
}

export interface LogStore extends BackEnd {
  readonly store: StoreName;
  /** How the Collector sends to it: overlays of gateway.yaml, the variable with the address, and the exporter's name. */
  readonly overlays: readonly string[];
  readonly variable: string;
  readonly exporter: string;
}

export async function victoriaLogs(programs: Programs, folder: string, place: Place = {}): Promise<LogStore> {
  const port = place.port ?? (await freePorts("http")).http;
  const url = `http://127.0.0.1:${port}`;
  const service = describeService({
    name: "victoria-logs",
    program: programs["victoria-logs"],
    args: [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${place.data ?? fresh(folder, "victoria-logs")}`,
      "-retentionPeriod=31d",
    ],
    ready: `${url}/health`,
    log: join(folder, "victoria-logs.log"),
  });
  return {
    ...service,
    url,
    otlp: `${url}/insert/opentelemetry`,
    metrics: `127.0.0.1:${port}`,
    store: "victorialogs",
    overlays: ["overlays/victorialogs.yaml"],
    variable: "MCP_VICTORIALOGS_OTLP_URL",
    exporter: "otlp_http/victorialogs",
  };
}

export async function loki(programs: Programs, folder: string): Promise<LogStore> {
  if (programs.loki === undefined) throw new Error("there is no Loki on this machine");
  const port = await freePorts("http", "grpc");
  const url = `http://127.0.0.1:${port.http}`;
  const env = {
    LOKI_HTTP_PORT: String(port.http),
    LOKI_GRPC_PORT: String(port.grpc),
    LOKI_DATA_DIR: fresh(folder, "loki"),
  };
  const service = describeService({
    name: "loki",
    ...commandOf(programs.loki, join(SHIPPED, "loki", "loki.yaml"), env),
    ready: `${url}/ready`,
    log: join(folder, "loki.log"),
  });
  return {
    ...service,
    url,
    otlp: `${url}/otlp`,
    metrics: `127.0.0.1:${port.http}`,
    store: "loki",
    overlays: [],
    variable: "MCP_LOKI_OTLP_URL",
    exporter: "otlp_http/loki",
  };
}

/** A folder for one server's data. */
export function fresh(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}
