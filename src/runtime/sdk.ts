import { syncBuiltinESMExports } from "node:module";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import { configFile, isInstrumentationEnabled, readSettings } from "./env.ts";
import { createSpanProcessors, describeEndpoint } from "./exporters.ts";
import { load, loadOfSdk, require } from "./packages.ts";
import { keepingDiagnosticsOffStdout, say } from "./stderr.ts";

export interface RunningSdk {
  /** For the start-up line: where telemetry goes. */
  readonly destination: string;
  shutdown(): Promise<void>;
}

/**
 * Sets up OpenTelemetry's Node SDK from the environment. NodeSDK does resource, sampler, propagators, limits and context;
 * exporters are ours, because of stdout and because of the way a process ends.
 * @throws an error that names the variable or package, where nothing can be set up
 */
export function startSdk(env: NodeJS.ProcessEnv): RunningSdk {
  const sdkNode = load("@opentelemetry/sdk-node");
  const { diag } = loadOfSdk("@opentelemetry/api"); // as the SDK sees it: it may be another copy than ours
  const instrumentations = createInstrumentations(env);
  const file = configFile(env);
  if (file !== undefined) {
    const sdk = keepingDiagnosticsOffStdout(diag, () => sdkNode.startNodeSDK({ instrumentations }));
    patchBuiltins();
    return { destination: `as ${file} says (OTEL_CONFIG_FILE)`, shutdown: () => sdk.shutdown() };
  }

  const settings = readSettings(env, say);
  const sdk = keepingDiagnosticsOffStdout(diag, () => {
    const spanProcessors = createSpanProcessors(settings);
    const node = new sdkNode.NodeSDK({ spanProcessors, metricReaders: [], logRecordProcessors: [], instrumentations });
    node.start();
    return node;
  });
  patchBuiltins();
  const destinations = settings.tracesExporters.map((name) => (name === "console" ? "stderr" : describeEndpoint(env, settings.tracesProtocol)));
  return { destination: destinations.join(" and ") || "nowhere (OTEL_TRACES_EXPORTER)", shutdown: () => sdk.shutdown() };
}

/** A tool's own HTTP calls become children of its span, and HTTP servers the links of theirs. */
function createInstrumentations(env: NodeJS.ProcessEnv): Instrumentation[] {
  const found: Instrumentation[] = [];
  if (isInstrumentationEnabled(env, "http")) found.push(new (load("@opentelemetry/instrumentation-http").HttpInstrumentation)());
  if (isInstrumentationEnabled(env, "undici")) found.push(new (load("@opentelemetry/instrumentation-undici").UndiciInstrumentation)());
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
