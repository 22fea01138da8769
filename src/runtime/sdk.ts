import { syncBuiltinESMExports } from "node:module";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import { isAdminRequest } from "./admin.ts";
import { configFile, isInstrumentationEnabled, type RuntimeSettings } from "./env.ts";
import { sendConsoleExportersToStderr } from "./console-exporters.ts";
import { describeDestinations } from "./destinations.ts";
import { bridgeLogsApis, createLogDelivery } from "./log-delivery.ts";
import { firstLine, load, loadOfSdk, require } from "./packages.ts";
import { createMetricDelivery, type MetricDelivery } from "./metric-delivery.ts";
import type { Endable } from "./shutdown.ts";
import { createSpanDelivery } from "./span-delivery.ts";
import { keepingDiagnosticsOffStdout, logLevel, type Say } from "./stderr.ts";
import { allOf } from "./told-exporter.ts";

export interface RunningSdk extends Endable {
  /** For the start-up line: where telemetry goes. */
  readonly destination: string;
  /** What a scraper is shown; `undefined` where there is no page. */
  readonly collect?: MetricDelivery["collect"];
}

/**
 * Sets up OpenTelemetry's Node SDK from the environment. NodeSDK does resource, sampler, propagators, limits and context;
 * exporters are ours, because of stdout and because of the way a process ends.
 * @throws an error that names the variable or package, where nothing can be set up
 */
export function startSdk(
  env: NodeJS.ProcessEnv,
  settings: RuntimeSettings,
  runtimeMetrics: boolean,
  say: Say,
): RunningSdk {
  load("@opentelemetry/sdk-node"); // first, so that this is the package which is named where all of them are missing
  const file = configFile(env);
  const instrumentations = createInstrumentations(env, runtimeMetrics);
  const running =
    file === undefined
      ? startFromEnvironment(env, settings, instrumentations, say)
      : startFromFile(file, env, instrumentations, say);
  bridgeLogsApis();
  patchBuiltins();
  return running;
}

function startFromEnvironment(
  env: NodeJS.ProcessEnv,
  settings: RuntimeSettings,
  instrumentations: Instrumentation[],
  say: Say,
): RunningSdk {
  const { NodeSDK } = load("@opentelemetry/sdk-node");
  const { diag } = loadOfSdk("@opentelemetry/api"); // as the SDK sees it: it may be another copy than ours
  const spans = createSpanDelivery(env, settings.traces, say);
  const measures = createMetricDelivery(env, settings.metrics, say);
  const records = createLogDelivery(env, settings.logs, say);
  const sdk = keepingDiagnosticsOffStdout(diag, logLevel(env), () => {
    const node = new NodeSDK({
      spanProcessors: spans.processors,
      metricReaders: measures.readers,
      logRecordProcessors: records.processors,
      instrumentations,
    });
    node.start();
    return node;
  });
  const parts = [...spans.processors, ...measures.readers, ...records.processors];
  return {
    destination: describeDestinations(env, settings),
    collect: measures.collect,
    async flush() {
      await Promise.all(parts.map((part) => part.forceFlush()));
    },
    shutdown: () => sdk.shutdown(),
    ...allOf([spans, measures, records]),
  };
}

function startFromFile(
  file: string,
  env: NodeJS.ProcessEnv,
  instrumentations: Instrumentation[],
  say: Say,
): RunningSdk {
  const { startNodeSDK } = load("@opentelemetry/sdk-node");
  const { diag, trace } = loadOfSdk("@opentelemetry/api");
  sendConsoleExportersToStderr();
  const sdk = keepingDiagnosticsOffStdout(diag, logLevel(env), () => startNodeSDK({ instrumentations }));
  const where = `where ${file} says (OTEL_CONFIG_FILE)`;
  const provider = (
    trace.getTracerProvider() as { getDelegate?(): { forceFlush?(): Promise<void> } }
  ).getDelegate?.();
  return {
    // What is wrong with the file has been told through the diagnostics.
    destination: hasTracerProvider() ? `telemetry goes ${where}` : `no telemetry (OTEL_CONFIG_FILE=${file})`,
    flush: async () => provider?.forceFlush?.(),
    shutdown: () => sdk.shutdown(),
    failing: () => false, // the exporters are OpenTelemetry's own and do not tell
    giveUp: (error) =>
      say(
        `the last telemetry did not get ${where}: ${error === undefined ? "the process ended before" : firstLine(error)}`,
      ),
  };
}

/** The API keeps what is registered on the global object, under its major version; there is no other way to ask. */
export function hasTracerProvider(): boolean {
  const registered = (globalThis as Record<symbol, unknown>)[Symbol.for("opentelemetry.js.api.1")];
  return (registered as { trace?: unknown } | undefined)?.trace !== undefined;
}

/** A tool's own HTTP calls become children of its span, HTTP servers the links of theirs; and Node tells how it is. */
function createInstrumentations(env: NodeJS.ProcessEnv, runtimeMetrics: boolean): Instrumentation[] {
  const found: Instrumentation[] = [];
  if (isInstrumentationEnabled(env, "http"))
    found.push(
      new (load("@opentelemetry/instrumentation-http").HttpInstrumentation)({
        ignoreIncomingRequestHook: isAdminRequest,
      }),
    );
  if (isInstrumentationEnabled(env, "undici"))
    found.push(new (load("@opentelemetry/instrumentation-undici").UndiciInstrumentation)());
  if (runtimeMetrics)
    found.push(new (load("@opentelemetry/instrumentation-runtime-node").RuntimeNodeInstrumentation)());
  return found;
}

/**
 * Lets the HTTP instrumentation patch `http` and `https` now, and carries the patch over to `import { request } from
 * "node:http"`. So it needs no loader hook, and works for applications that loaded `http` before this.
 */
function patchBuiltins(): void {
  require("node:http");
  require("node:https");
  syncBuiltinESMExports();
}
