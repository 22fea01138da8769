// Where the preview's numbers are kept: a real Prometheus, and a Collector and a Loki where they are built already.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fresh, loki, SHIPPED, type BackEnd, type Programs } from "../stack/back-ends.ts";
import { collector, type Collector } from "../stack/collector.ts";
import { BUILDS, keptIn, type Program } from "../stack/pins.ts";
import { freePorts } from "../support/ports.ts";
import { describeService, type Service } from "../stack/service.ts";

export interface BackEnds {
  readonly metrics: string;
  readonly logs: string | undefined;
  /** OTLP over HTTP for processes that push; undefined where nothing takes it. */
  readonly push: Readonly<Record<string, string>> | undefined;
  readonly missing: readonly string[];
  scrape(targets: readonly Scraped[]): void;
  stop(): Promise<void>;
}

export interface Scraped {
  readonly job: string;
  readonly target: string;
  /** Where that is not /metrics. */
  readonly path?: string;
}

/** The shipped file scrapes every 15 s, and a preview lasts minutes. */
const SCRAPE_INTERVAL = "2s";

/** @param ownPrometheus a program to be used in the place of the built one; metrics are then scraped only */
export async function startBackEnds(folder: string, ownPrometheus?: string): Promise<BackEnds> {
  const built = builtPrograms();
  const program = ownPrometheus ?? built.prometheus;
  if (program === undefined)
    throw new Error(
      "there is no Prometheus: `npm run test:stack` or `npm run stack` builds it once, with Go",
    );
  const programs = built as Programs; // only for those that run
  const port = await freePorts("web");
  const url = `http://127.0.0.1:${port.web}`;
  const home = fresh(folder, "prometheus-configuration");
  const targets = fresh(home, "targets");
  writeFileSync(join(home, "prometheus.yaml"), configuration(ownPrometheus === undefined));
  const services: Service[] = [
    describeService({
      name: "prometheus",
      program,
      args: [
        `--config.file=${join(home, "prometheus.yaml")}`,
        `--storage.tsdb.path=${fresh(folder, "prometheus")}`,
        `--web.listen-address=127.0.0.1:${port.web}`,
        "--enable-feature=exemplar-storage",
        ...(ownPrometheus === undefined ? ["--web.enable-otlp-receiver"] : []),
      ],
      ready: `${url}/-/ready`,
      log: join(folder, "prometheus.log"),
    }),
  ];
  const logs: BackEnd | undefined = built.loki === undefined ? undefined : await loki(programs, folder);
  const gateway: Collector | undefined =
    built.otelcol !== undefined && ownPrometheus === undefined
      ? await collector(programs, folder, {
          configs: ["gateway.yaml"],
          env: {
            MCP_PROMETHEUS_OTLP_URL: `${url}/api/v1/otlp`,
            MCP_LOKI_OTLP_URL: logs?.otlp ?? "http://127.0.0.1:9/otlp",
            // There is no Jaeger: its queue fills, and a panel shows that.
            MCP_JAEGER_OTLP_URL: "http://127.0.0.1:9",
            MCP_QUEUE_BYTES: "524288",
          },
        })
      : undefined;
  if (logs !== undefined) services.push(logs);
  if (gateway !== undefined) services.push(gateway);
  await Promise.all(services.map((service) => service.start()));

  return {
    metrics: url,
    logs: logs?.url,
    push: pushing(gateway, ownPrometheus === undefined ? url : undefined, logs),
    missing: [
      ...(gateway === undefined ? ["no Collector is built"] : []),
      ...(logs === undefined ? ["no Loki is built"] : []),
    ],
    scrape(processes) {
      write(targets, "mcp-servers", processes);
      write(targets, "pipeline", [
        { job: "prometheus", target: new URL(url).host },
        ...(gateway === undefined ? [] : [{ job: "otelcol", target: new URL(gateway.telemetry).host }]),
        ...(logs === undefined ? [] : [{ job: "loki", target: new URL(logs.url).host }]),
        { job: "jaeger", target: "127.0.0.1:9" }, // a back end that is down
      ]);
    },
    async stop() {
      await Promise.all(services.map((service) => service.stop("SIGKILL")));
    },
  };
}

/** Where processes send: to the Collector, or past it. */
function pushing(
  gateway: Collector | undefined,
  metrics: string | undefined,
  logs: BackEnd | undefined,
): Record<string, string> | undefined {
  if (gateway !== undefined) return { OTEL_EXPORTER_OTLP_ENDPOINT: gateway.http };
  if (metrics === undefined) return undefined;
  return {
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${metrics}/api/v1/otlp/v1/metrics`,
    OTEL_TRACES_EXPORTER: "none",
    ...(logs === undefined
      ? { OTEL_LOGS_EXPORTER: "none" }
      : { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${logs.otlp}/v1/logs` }),
  };
}

function builtPrograms(): Partial<Programs> {
  const paths = BUILDS.flatMap((build) =>
    build.programs.map((name): [Program, string] => [name, join(keptIn(build), name)]),
  );
  return Object.fromEntries(paths.filter(([, path]) => existsSync(path)));
}

/** prometheus.yaml with a shorter interval; for an older Prometheus without unknown settings. */
function configuration(current: boolean): string {
  const shipped = readFileSync(join(SHIPPED, "prometheus", "prometheus.yaml"), "utf8")
    .replaceAll(/(scrape|evaluation)_interval: 15s/g, `$1_interval: ${SCRAPE_INTERVAL}`)
    .replace(/rule_files:\n {2}- .*\n/, "");
  if (current) return shipped;
  return shipped
    .replace(/^otlp:\n(?: .*\n)+/m, "")
    .replaceAll(/^ *(scrape_native_histograms|always_scrape_classic_histograms|scrape_protocols):.*\n/gm, "");
}

/** Renamed into its place, since Prometheus reads it the moment it appears. JSON is YAML. */
function write(folder: string, name: string, processes: readonly Scraped[]): void {
  const groups = processes.map(({ job, target, path }) => ({
    targets: [target],
    labels: {
      job,
      ...(name === "mcp-servers" && { service_name: job }),
      // One program that represents many needs an instance for each.
      ...(path !== undefined && { __metrics_path__: path, instance: `${target}${path}` }),
    },
  }));
  writeFileSync(join(folder, `${name}.new`), JSON.stringify(groups));
  renameSync(join(folder, `${name}.new`), join(folder, `${name}.yaml`));
}
