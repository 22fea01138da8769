// Six MCP servers under the preload, an HTTP service behind one of them, and clients that keep them busy.
import { fileURLToPath } from "node:url";
import { program, PRELOAD, type Told } from "../stack/cast.ts";
import type { BackEnds } from "./back-ends.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const PLAIN = ["--require", here("../../examples/demo/plain-telemetry.cjs")];
const NO_TELEMETRY = {
  OTEL_METRICS_EXPORTER: "none",
  OTEL_LOGS_EXPORTER: "none",
  OTEL_TRACES_EXPORTER: "none",
};

export interface Traffic {
  stop(): Promise<void>;
  output(): string;
}

export async function startTraffic(ends: BackEnds): Promise<Traffic> {
  const programs = new Map<string, Told>();
  const pages: { job: string; target: string }[] = [];
  const sending = ends.push ?? NO_TELEMETRY;

  /** Scraped, so that its exemplars come along; its logs and traces are pushed. */
  const scraped = (name: string): Record<string, string> => ({
    ...sending,
    OTEL_SERVICE_NAME: name,
    OTEL_METRICS_EXPORTER: "prometheus",
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    OTEL_INSTRUMENTATION_MCP_ADMIN: "on",
    ...(ends.push === undefined && { OTEL_TRACES_EXPORTER: "console" }), // exemplars come from spans that a back end receives
  });
  const pushed = (name: string): Record<string, string> =>
    ends.push === undefined
      ? scraped(name)
      : { ...sending, OTEL_SERVICE_NAME: name, OTEL_METRIC_EXPORT_INTERVAL: "2000" };
  const start = (name: string, words: readonly string[], env: Record<string, string>): Told => {
    const told = program(words, env);
    programs.set(name, told);
    return told;
  };
  const server = async (
    name: string,
    file: string,
    env: Record<string, string>,
    url: RegExp,
  ): Promise<string> => {
    const told = start(name, [...PRELOAD, here(file)], env);
    const [, found = ""] = await told.says(url);
    if (env["OTEL_METRICS_EXPORTER"] === "prometheus") {
      const [, page = ""] = await told.says(/metrics at (http\S+)/);
      pages.push({ job: name, target: new URL(page).host });
    }
    return found;
  };

  const parcels = start(
    "parcels",
    [...PLAIN, here("../../examples/demo/forecast-service.cjs")],
    NO_TELEMETRY,
  );
  const [, PARCELS_URL = ""] = await parcels.says(/(http:\S+)/);
  const shop = (name: string, env: Record<string, string>): Promise<string> =>
    server(name, "cast/shop.mjs", { ...env, PARCELS_URL }, /shop on (\S+)/);
  const eu = await shop("shop-eu", scraped("shop-eu"));
  const us = await shop("shop-us", pushed("shop-us"));
  const asia = await shop("shop-asia", { ...pushed("shop-asia"), FAILING: "0.6" });
  const weather = await server(
    "weather",
    "../../examples/v2-server/server.mjs",
    scraped("weather"),
    /server on (\S+)/,
  );
  const exchange = await server(
    "exchange",
    "../../examples/business-metrics/server.mjs",
    pushed("exchange"),
    /server on (\S+)/,
  );
  const notes = {
    command: process.execPath,
    args: [...PRELOAD, here("cast/noisy.mjs")],
    // Its stderr belongs to the visitors, who have a separate page.
    env: { ...pushed("notes"), OTEL_INSTRUMENTATION_MCP_ADMIN: "off" },
  };
  const VISIT = JSON.stringify({
    eu: { kind: "shop", url: eu, visitors: 3 },
    us: { kind: "shop", url: us, visitors: 2 },
    asia: { kind: "shop", url: asia, visitors: 2 },
    weather: { kind: "weather", url: weather, protocol: "2026-07-28" },
    exchange: { kind: "exchange", url: exchange },
    notes: { kind: "notes", ...notes },
  });
  const visitors = start("visitors", [...PRELOAD, here("cast/visitors.mjs")], {
    ...pushed("visitors"),
    VISIT,
  });
  if (ends.push === undefined) {
    const [, page = ""] = await visitors.says(/metrics at (http\S+)/);
    pages.push({ job: "visitors", target: new URL(page).host });
  }
  ends.scrape(pages);

  return {
    async stop() {
      for (const told of [...programs.values()].toReversed()) await told.stop();
    },
    output: () =>
      [...programs].map(([name, told]) => `--- ${name}\n${told.output().slice(-2000)}`).join("\n"),
  };
}
