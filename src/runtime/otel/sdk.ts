import type { MeterProvider } from "@opentelemetry/api";
import { configFile, type RuntimeSettings } from "../../settings/otel-settings.ts";
import { withoutCommandLineValues } from "./command-line.ts";
import { sendConsoleExportersToStderr } from "../../output/console-exporters.ts";
import { describeDestinations } from "../delivery/destinations.ts";
import { createInstrumentations, type Instrumentations } from "./instrumentations.ts";
import { capturing, fillSlots, giveWay, SIGNALS, type Components } from "./join.ts";
import { bridgeLogsApis, createLogDelivery } from "../delivery/logs.ts";
import { firstLine, load, loadOfSdk } from "./packages.ts";
import { createMetricDelivery, type MetricDelivery } from "../delivery/metrics.ts";
import type { Endable } from "../exit/unsent.ts";
import type { Slot } from "./slots.ts";
import { createSpanDelivery } from "../delivery/spans.ts";
import { keepingDiagnosticsOffStdout, logLevel, type Say } from "../../output/diagnostics.ts";
import { allOf } from "../delivery/reporting-exporter.ts";

/** An SDK before anybody can reach it. */
interface BuiltSdk extends Omit<Endable, "shutdown"> {
  readonly components: Components;
  /** For the start-up line: where telemetry goes. */
  readonly destination: string;
  /** What a scraper is shown; `undefined` where there is no page. */
  readonly collect?: MetricDelivery["collect"];
  /** Metrics are somebody else's from now on. @param last whether there is something to be sent before */
  dropMetrics?(last: boolean): void;
}

export interface RunningSdk extends Omit<BuiltSdk, "dropMetrics">, Endable {
  /** The API's slots that were free and are ours. */
  readonly filled: ReadonlySet<Slot>;
}

export interface SdkPlan {
  readonly env: NodeJS.ProcessEnv;
  /** Signals that are not ours have no exporters here. */
  readonly settings: RuntimeSettings;
  /** What others have registered. */
  readonly taken: ReadonlySet<Slot>;
  readonly runtimeMetrics: boolean;
  /** Attributes that this thread's telemetry is told by; see `threads.ts`. */
  readonly identity?: Readonly<Record<string, string | number>> | undefined;
  /** The scope that goes on with this SDK beside another; `undefined`: none. */
  readonly kept?: string | undefined;
  /** Whether anything of MCP has been recorded by now. */
  readonly recorded: () => boolean;
  /** Told of each slot that an SDK which came later has taken over. */
  readonly yielded: (slot: Slot) => void;
  readonly say: Say;
}

/**
 * Sets up OpenTelemetry's Node SDK from the environment, as far as nobody else has. NodeSDK does resource, sampler, propagators,
 * limits and context; exporters are ours, because of stdout and because of the way a process ends.
 * @throws an error that names the variable or package, where nothing can be set up
 */
export function startSdk(plan: SdkPlan): RunningSdk {
  load("@opentelemetry/sdk-node"); // first, so that this is the package which is named where all of them are missing
  const file = configFile(plan.env);
  const instrumentations = createInstrumentations(plan.env, {
    trace: !plan.taken.has("trace"),
    runtime: plan.runtimeMetrics,
    httpContent: plan.settings.httpContent,
  });
  const built = withoutCommandLineValues(() =>
    file === undefined
      ? buildFromEnvironment(plan, instrumentations)
      : buildFromFile(file, plan, instrumentations),
  );
  const { components } = built;
  const filled = fillSlots(components, plan.taken);
  const idle = plan.kept !== undefined ? [] : SIGNALS.filter((slot) => !filled.has(slot));
  for (const slot of idle) end(components, slot, plan.say);
  bridgeLogsApis();
  const { metrics } = loadOfSdk("@opentelemetry/api");
  const meters = (): MeterProvider => metrics.getMeterProvider();
  instrumentations.measureWith(meters());
  instrumentations.patch();

  const running = new Set<Slot>(SIGNALS.filter((slot) => !idle.includes(slot)));
  giveWay(
    components,
    filled,
    (slot) => {
      if (slot === "trace") instrumentations.retire("trace");
      if (slot === "metrics") {
        instrumentations.retire("metrics");
        instrumentations.measureWith(meters());
        if (plan.kept === undefined) {
          running.delete("metrics");
          built.dropMetrics?.(plan.recorded());
          end(components, "metrics", plan.say); // spans and log records that are on their way are still to be sent
        }
      }
      plan.yielded(slot);
    },
    plan.kept,
  );
  return {
    ...built,
    filled,
    async shutdown() {
      const left = SIGNALS.filter((slot) => running.has(slot));
      await Promise.all(left.map(async (slot) => components[slot]?.shutdown?.()));
    },
  };
}

function end(components: Components, signal: (typeof SIGNALS)[number], say: Say): void {
  components[signal]
    ?.shutdown?.()
    .catch((error: unknown) => say(`the last ${signal} of our own were lost: ${firstLine(error)}`));
}

function buildFromEnvironment(
  { env, settings, identity, say }: SdkPlan,
  { all: instrumentations }: Instrumentations,
): BuiltSdk {
  const { NodeSDK } = load("@opentelemetry/sdk-node");
  const { diag } = loadOfSdk("@opentelemetry/api"); // as the SDK sees it: it may be another copy than ours
  const spans = createSpanDelivery(env, settings.traces, say);
  const measures = createMetricDelivery(env, settings.metrics, say);
  const records = createLogDelivery(env, settings.logs, say);
  const components = capturing(() =>
    keepingDiagnosticsOffStdout(diag, logLevel(env), () => {
      const node = new NodeSDK({
        spanProcessors: spans.processors,
        metricReaders: measures.readers,
        logRecordProcessors: records.processors,
        instrumentations,
      });
      if (identity !== undefined) identifyAs(node, identity);
      node.start();
    }),
  );
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

/**
 * Puts attributes on the resource that win over what the environment says. As one more detector, the last: an option of
 * NodeSDK's would take the place of the detectors that it has by default.
 */
function identifyAs(node: object, attributes: Readonly<Record<string, string | number>>): void {
  const { _resourceDetectors: detectors } = node as { _resourceDetectors?: unknown[] };
  if (Array.isArray(detectors)) detectors.push({ detect: () => ({ attributes }) });
}

function buildFromFile(file: string, { env, say }: SdkPlan, { all }: Instrumentations): BuiltSdk {
  const { startNodeSDK } = load("@opentelemetry/sdk-node");
  const { diag } = loadOfSdk("@opentelemetry/api");
  sendConsoleExportersToStderr();
  const components = capturing(() =>
    keepingDiagnosticsOffStdout(diag, logLevel(env), () => void startNodeSDK({ instrumentations: all })),
  );
  const where = `where ${file} says (OTEL_CONFIG_FILE)`;
  const { trace, metrics, logs } = components;
  return {
    components,
    // What is wrong with the file has been told through the diagnostics.
    destination: trace !== undefined ? `telemetry goes ${where}` : `no telemetry (OTEL_CONFIG_FILE=${file})`,
    async flush() {
      await Promise.all([trace, metrics, logs].map(async (provider) => provider?.forceFlush?.()));
    },
    failing: () => false, // the exporters are OpenTelemetry's own and do not tell
    giveUp: (error) =>
      say(
        `the last telemetry did not get ${where}: ${error === undefined ? "the process ended before" : firstLine(error)}`,
      ),
  };
}
