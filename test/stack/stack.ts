// The whole chain, with the shipped files: Collector, Prometheus, Loki, Jaeger.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jaeger, loki, prometheus, type BackEnd, type Programs, type Prometheus } from "./back-ends.ts";
import { collector, type Collector, type CollectorOptions } from "./collector.ts";
import type { Service } from "./service.ts";

export interface Stack {
  readonly folder: string;
  readonly jaeger: BackEnd;
  readonly prometheus: Prometheus;
  readonly loki: BackEnd;
  /** The first Collector. */
  readonly collector: Collector;
  /** One more in front of the same back ends; described, not started. */
  another(options: CollectorOptions): Promise<Collector>;
  /** Ends everything and throws the data away. */
  stop(): Promise<void>;
  /** What each of them complained about, for the case that something went wrong. */
  logs(): string;
}

export interface StackOptions {
  /** What the first Collector runs; the base alone unless told otherwise. */
  readonly configs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Jaeger's traces survive Jaeger's end. Prometheus' and Loki's data do anyway. */
  readonly durable?: boolean;
}

const LOG_LINES = 8;
const LOG_WIDTH = 600;

export async function startStack(programs: Programs, options: StackOptions = {}): Promise<Stack> {
  const { configs = ["gateway.yaml"], env, durable } = options;
  const folder = mkdtempSync(join(workshop(), "stack-"));
  const ends = {
    jaeger: await jaeger(programs, folder, { durable: durable ?? false }),
    prometheus: await prometheus(programs, folder),
    loki: await loki(programs, folder),
  };
  const services: Service[] = [ends.jaeger, ends.prometheus, ends.loki];
  const sending = {
    MCP_JAEGER_OTLP_URL: ends.jaeger.otlp,
    MCP_PROMETHEUS_OTLP_URL: ends.prometheus.otlp,
    MCP_LOKI_OTLP_URL: ends.loki.otlp,
  };
  const another = async (wanted: CollectorOptions): Promise<Collector> => {
    const made = await collector(programs, folder, { ...wanted, env: { ...sending, ...wanted.env } });
    services.push(made);
    return made;
  };
  const first = await another({ configs, ...(env && { env }) });
  ends.prometheus.scrape("pipeline", [
    { targets: [new URL(first.telemetry).host], labels: { job: "otelcol" } },
  ]);

  let kept: string | undefined;
  const stop = async (): Promise<void> => {
    kept ??= logs(); // they may be asked for when the folder is gone
    // Nothing of it is wanted any more, so nobody is given the time to put it in order.
    await Promise.all(services.map((service) => service.stop("SIGKILL")));
    rmSync(folder, { recursive: true, force: true });
  };
  const logs = (): string =>
    kept ?? services.map((service) => `--- ${service.name}\n${complaints(service.log())}`).join("\n");
  try {
    await Promise.all(services.map((service) => service.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder, ...ends, collector: first, another, stop, logs };
}

/** The last lines that are more than chatter. */
function complaints(log: string): string {
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
