// Prometheus, Loki and Jaeger from the shipped files. What differs from an operator's is addresses and data directories, and
// those by the ways the files themselves offer.
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "./pins.ts";
import { freePorts } from "./ports.ts";
import { describeService, type Service } from "./service.ts";

export const SHIPPED = fileURLToPath(new URL("../../collector/", import.meta.url));

export type Programs = Readonly<Record<Program, string>>;

/** A server, where people and programs ask it, and where the Collector sends. */
export interface BackEnd extends Service {
  readonly url: string;
  readonly otlp: string;
}

export async function jaeger(
  programs: Programs,
  folder: string,
  { durable = false }: { durable?: boolean } = {},
): Promise<BackEnd> {
  const port = await freePorts("grpc", "http", "query", "queryGrpc", "health", "telemetry");
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
      JAEGER_DATA_DIR: fresh(folder, "jaeger"),
    },
    ready: `http://127.0.0.1:${port.query}/api/v3/services`,
    log: join(folder, "jaeger.log"),
  });
  return { ...service, url: `http://127.0.0.1:${port.query}`, otlp: `http://127.0.0.1:${port.http}` };
}

export interface Prometheus extends BackEnd {
  /** What it scrapes from now on, by the name of a file in `targets/` that the shipped configuration reads. */
  scrape(
    file: string,
    groups: readonly { targets: readonly string[]; labels?: Record<string, string> }[],
  ): void;
}

export async function prometheus(programs: Programs, folder: string): Promise<Prometheus> {
  const port = await freePorts("web");
  // The file looks for addresses in a folder beside itself: so it moves, unchanged, and finds ours.
  const home = fresh(folder, "prometheus-configuration");
  copyFileSync(join(SHIPPED, "prometheus", "prometheus.yaml"), join(home, "prometheus.yaml"));
  const targets = fresh(home, "targets");
  const url = `http://127.0.0.1:${port.web}`;
  const service = describeService({
    name: "prometheus",
    program: programs.prometheus,
    args: [
      `--config.file=${join(home, "prometheus.yaml")}`,
      `--storage.tsdb.path=${fresh(folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${port.web}`,
      "--web.enable-otlp-receiver",
      "--web.enable-remote-write-receiver",
      "--enable-feature=exemplar-storage",
    ],
    ready: `${url}/-/ready`,
    log: join(folder, "prometheus.log"),
  });
  return {
    ...service,
    url,
    otlp: `${url}/api/v1/otlp`,
    // Renamed into its place, since Prometheus reads it the moment it appears. JSON is YAML.
    scrape(file, groups) {
      writeFileSync(join(home, `${file}.new`), JSON.stringify(groups));
      renameSync(join(home, `${file}.new`), join(targets, `${file}.yaml`));
    },
  };
}

export async function loki(programs: Programs, folder: string): Promise<BackEnd> {
  const port = await freePorts("http", "grpc");
  const url = `http://127.0.0.1:${port.http}`;
  const service = describeService({
    name: "loki",
    program: programs.loki,
    args: [`-config.file=${join(SHIPPED, "loki", "loki.yaml")}`, "-config.expand-env=true"],
    env: {
      LOKI_HTTP_PORT: String(port.http),
      LOKI_GRPC_PORT: String(port.grpc),
      LOKI_DATA_DIR: fresh(folder, "loki"),
    },
    ready: `${url}/ready`,
    log: join(folder, "loki.log"),
  });
  return { ...service, url, otlp: `${url}/otlp` };
}

/** A folder for one server's data. */
export function fresh(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}
