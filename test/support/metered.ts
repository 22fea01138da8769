import { trace, type MeterProvider } from "@opentelemetry/api";
import * as sdk from "@opentelemetry/sdk-metrics";
import { onTestFinished } from "vitest";
import { renderMetrics } from "../../src/admin/metrics/metrics-page.ts";
import type { McpConfig } from "../../src/settings/config.ts";
import { readConfig } from "../../src/settings/mcp-settings.ts";
import { occupyHub } from "../../src/hook/hub.ts";
import { onFault } from "../../src/output/safely.ts";
import { createKnownNames } from "../../src/operation/known-names.ts";
import { createTelemetry } from "../../src/signals/observer.ts";
import { SCOPE } from "../../src/wiring.ts";
import { pageOf, type Page } from "./page.ts";

/** A reader that collects on request, like a scraper. */
export class ManualReader extends sdk.MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export interface Metered {
  /** What a scraper would get now. Rejects on any fault in mcp-otelkit so far. */
  page(): Promise<Page>;
  /** Changes the configuration from now on. */
  configure(config: Partial<McpConfig>): void;
}

/**
 * A real meter provider behind mcp-otelkit's signals, in this process, until the test ends. SDKs have to be patched
 * by hand.
 */
export function startMetered(config: Partial<McpConfig> = {}, given?: () => MeterProvider): Metered {
  const reader = new ManualReader();
  const provider = new sdk.MeterProvider({ readers: [reader] });
  const settings = { ...readConfig({}), ...config };
  const faults: string[] = [];
  const known = createKnownNames();
  const signals = {
    tracer: () => trace.getTracer(SCOPE),
    meterProvider: given ?? (() => provider),
    config: () => settings,
  };
  const { observer, metrics } = createTelemetry(signals, known, { name: SCOPE, version: "0.0.0" });
  onFault((where, error) => faults.push(`${where}: ${String(error)}`));
  const hub = occupyHub({ observer, known });
  if (hub === undefined) throw new Error("something observes in this process already");
  onTestFinished(() => hub.release());
  metrics.bind(); // as the preload does
  return {
    configure: (changes) => void Object.assign(settings, changes),
    async page() {
      const collected = await reader.collect();
      if (faults.length > 0) throw new Error(`mistakes of ours: ${faults.join("; ")}`);
      return pageOf(renderMetrics(collected, { openMetrics: false }));
    },
  };
}
