import * as api from "@opentelemetry/api";
import type { MeterProvider as MeterProviderApi } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { configFile, type RuntimeSettings } from "../../settings/otel-settings.ts";
import { hasDiagnostics, SIGNALS, type Components, type Slot } from "../api/api-globals.ts";
import { logDiagnosticsToStderr } from "../../output/diagnostics.ts";
import type { Say } from "../../output/say.ts";
import { firstLine } from "../../output/say.ts";
import { loadChunk } from "../chunks.ts";
import { describeDestinations, withoutUnusable } from "../delivery/destinations.ts";
import { createLogDelivery, createSpanDelivery } from "../delivery/batches.ts";
import { createMetricDelivery, type MetricDelivery } from "../delivery/metrics.ts";
import { allOf } from "../delivery/reporting-exporter.ts";
import type { Endable } from "../exit/unsent.ts";
import { readLogRecordLimits, readPropagator, readSampler, readSpanLimits } from "./from-environment.ts";
import type { Instrumentations } from "./instrumentations.ts";
import { startFromFile } from "./from-file.ts";
import { namedByServer } from "./late-resource.ts";
import { describeResource } from "./resource.ts";

export { sendUnsent } from "../exit/send-at-exit.ts";

/** An SDK before its first use. */
interface BuiltSdk extends Omit<Endable, "shutdown"> {
  readonly components: Components;
  /** For the start-up line: where telemetry goes. */
  readonly destination: string;
  /** Collects for a scraper; `undefined` where there is no `/metrics` page. */
  readonly collect?: MetricDelivery["collect"];
  /**
   * An SDK of the application measures from now on.
   * @param last whether measurements from before remain to be sent
   */
  dropMetrics?(last: boolean): void;
}

export interface RunningSdk extends Omit<BuiltSdk, "dropMetrics">, Endable {
  /**
   * Instruments HTTP and Node; later calls do nothing.
   * @param meters the current meter provider, read again when it changes
   */
  instrument(meters: () => MeterProviderApi): void;
  /** An SDK of the application has taken this slot. */
  giveWay(slot: Slot, recorded: boolean): void;
}

export interface SdkPlan {
  readonly env: NodeJS.ProcessEnv;
  /** Has no exporters for signals that the application's SDK delivers. */
  readonly settings: RuntimeSettings;
  /** The slots that the application has filled. */
  readonly taken: ReadonlySet<Slot>;
  readonly runtimeMetrics: boolean;
  /** Attributes that separate this thread's telemetry from that of others; see `threads.ts`. */
  readonly identity?: Readonly<Record<string, string | number>> | undefined;
  /** The name of this process's MCP server, once there is one. */
  readonly serverName: () => string | undefined;
  /** Whether this SDK keeps the MCP telemetry of a slot that the application has filled. */
  readonly keeps: (slot: Slot) => boolean;
  /** The level of OpenTelemetry's diagnostics. */
  readonly level: number;
  readonly isAdminRequest: (request: { readonly socket: object }) => boolean;
  readonly say: Say;
}

/**
 * Builds OpenTelemetry's SDK from the environment or from a configuration file.
 * @throws an error that names the variable, where nothing can be set up
 */
export function startSdk(plan: SdkPlan): RunningSdk {
  if (!hasDiagnostics()) logDiagnosticsToStderr(plan.level);
  const file = configFile(plan.env);
  const built = file === undefined ? buildFromEnvironment(plan) : buildFromFile(file, plan);
  const { components } = built;
  const running = new Set<Slot>(SIGNALS.filter((slot) => !plan.taken.has(slot) || plan.keeps(slot)));
  for (const slot of SIGNALS) if (!running.has(slot)) end(components, slot, plan.say);
  let instrumentations: Instrumentations | undefined;
  const retired = new Set<Slot>();
  let meters: (() => MeterProviderApi) | undefined;
  return {
    ...built,
    instrument(provider) {
      if (instrumentations !== undefined) return;
      meters = provider;
      const { createInstrumentations, showingSpans } =
        loadChunk<typeof import("./instrumentations.ts")>("instrumentations");
      if (components.context !== undefined) showingSpans(components.context);
      instrumentations = createInstrumentations(plan.env, {
        trace: !plan.taken.has("trace") && !retired.has("trace"),
        runtime: plan.runtimeMetrics && !retired.has("metrics"),
        httpContent: plan.settings.httpContent,
        ignored: plan.isAdminRequest,
      });
      instrumentations.patch(api.trace.getTracerProvider());
      instrumentations.measureWith(provider());
    },
    giveWay(slot, recorded) {
      retired.add(slot);
      if (slot === "trace" || slot === "metrics") instrumentations?.retire(slot);
      if (slot === "metrics" && meters !== undefined) instrumentations?.measureWith(meters());
      if (slot !== "metrics" || plan.keeps(slot)) return;
      running.delete("metrics");
      built.dropMetrics?.(recorded);
      end(components, "metrics", plan.say); // spans and log records in the queues are still to be sent
    },
    async shutdown() {
      const left = SIGNALS.filter((slot) => running.has(slot));
      await Promise.all(left.map(async (slot) => components[slot]?.shutdown?.()));
    },
  };
}

function end(components: Components, signal: (typeof SIGNALS)[number], say: Say): void {
  components[signal]
    ?.shutdown?.()
    .catch((error: unknown) => say(`mcp-otelkit's last ${signal} are lost: ${firstLine(error)}`));
}

function buildFromEnvironment({ env, settings: wanted, identity, serverName, say }: SdkPlan): BuiltSdk {
  const settings = withoutUnusable(env, wanted, say);
  const spans = createSpanDelivery(env, settings.traces, say);
  const measures = createMetricDelivery(env, settings.metrics, say);
  const records = createLogDelivery(env, settings.logs, say);
  const resource = namedByServer(describeResource(env, identity), serverName);
  const sampler = readSampler(env);
  const propagation = readPropagator(env);
  const components: Components = {
    context: new AsyncLocalStorageContextManager().enable(),
    ...(propagation !== undefined && { propagation }),
    ...(measures.readers.length > 0 && {
      metrics: new MeterProvider({ resource, readers: [...measures.readers] }),
    }),
    ...(spans.processors.length > 0 && {
      trace: new TracerProvider({
        resource,
        spanLimits: readSpanLimits(),
        spanProcessors: [...spans.processors],
        ...(sampler !== undefined && { sampler }),
      }),
    }),
    ...(records.processors.length > 0 && {
      logs: new LoggerProvider({
        resource,
        logRecordLimits: readLogRecordLimits(),
        processors: [...records.processors],
      }),
    }),
  };
  let readers: readonly { forceFlush(): Promise<void> }[] = measures.readers;
  return {
    components,
    destination: describeDestinations(env, settings),
    collect: measures.collect,
    dropMetrics(last) {
      readers = [];
      if (!last) measures.mute();
    },
    async flush() {
      await Promise.all(
        [...spans.processors, ...readers, ...records.processors].map((part) => part.forceFlush()),
      );
    },
    ...allOf([spans, measures, records]),
  };
}

function buildFromFile(file: string, { level, say }: SdkPlan): BuiltSdk {
  const components = startFromFile(level);
  const where = `where ${file} says (OTEL_CONFIG_FILE)`;
  const { trace, metrics, logs } = components;
  return {
    components,
    // The diagnostics have already reported what is wrong with the file.
    destination: trace !== undefined ? `telemetry goes ${where}` : `no telemetry (OTEL_CONFIG_FILE=${file})`,
    async flush() {
      await Promise.all([trace, metrics, logs].map(async (provider) => provider?.forceFlush?.()));
    },
    failing: () => false, // the exporters are OpenTelemetry's own and do not report
    giveUp: (error) =>
      say(
        `the last telemetry did not get ${where}: ${error === undefined ? "the process ended before" : firstLine(error)}`,
      ),
  };
}
