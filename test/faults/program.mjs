// One conversation after the other over a recorded wire: first without mcp-otelkit, as the reference, then under
// mcp-otelkit while it is made to fail. Prints one line of JSON. Words: SDK generation, seed, rate, how many faults.
import { createRequire } from "node:module";
import { context, propagation } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { converse } from "./converse.mjs";
import { createPlan, wrap } from "./plan.mjs";

const STANDS_STILL_MS = 10_000;
const [generation, seed, rate, wanted] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const plan = createPlan(Number(seed), Number(rate));
globalThis[Symbol.for("faults")] = plan;

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(String(reason?.stack ?? reason)));
process.on("uncaughtException", (error) => unhandled.push(String(error?.stack ?? error)));

const sdk = await loadSdk(generation);
const expected = await converse(sdk);
const again = await converse(sdk);
const stable = differences(expected, again);

instrument();
sdk.modules.forEach((module) => sdk.patch({ ...module }));
plan.on = true;
const different = [];
let conversations = 0;
let current = [];
let told = false;
// With nothing left to wait for, Node just ends.
process.once("exit", () => {
  if (plan.on && !told) tell({ different: [standsStill()] });
});
// A request whose answer is lost waits a minute, while metrics continue.
let lines = 0;
setInterval(() => {
  if (plan.on && lines === current.length + conversations * expected.length) {
    tell({ different: [standsStill()] });
    process.exit(0);
  }
  lines = current.length + conversations * expected.length;
}, STANDS_STILL_MS).unref();
while (plan.total < Number(wanted)) {
  different.push(...differences(expected, await converse(sdk, (current = []))));
  conversations += 1;
}
plan.on = false;
// What a fault has broken for good would show now, when none is made any more.
const afterwards = differences(expected, await converse(sdk));
await new Promise((resolve) => setTimeout(resolve, 50)); // unhandled rejections are reported after the turn they happen in

tell({ afterwards });
process.exit(0); // exporters that were made to hang would hold it

function standsStill() {
  return { expected: expected[current.length], got: `stands still after ${current.at(-1)}` };
}

function tell(more) {
  told = true;
  const { total, counts, places } = plan;
  const verdict = {
    stable,
    conversations,
    total,
    counts,
    places: places.size,
    different,
    unhandled,
    ...more,
  };
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}

/** mcp-otelkit's instrumentation in front of real OpenTelemetry SDKs, whose exporters fail as well. */
function instrument() {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const exporter = faultyExporter();
  const delays = { scheduledDelayMillis: 5, exportTimeoutMillis: 20 };
  const tracers = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter, ...delays })] });
  const loggers = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter, ...delays })] });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 20,
    exportTimeoutMillis: 20,
  });
  const meters = new MeterProvider({ readers: [reader] });
  const config = {
    ...sdk.readConfig({}),
    logLevel: "DEBUG",
    capture: new Set(["arguments", "results", "prompts", "messages"]),
  };
  // Each once: another provider is another registration, and makes all instruments again.
  const [tracer, meterProvider, loggerProvider] = [
    wrap(plan, "tracer", tracers.getTracer("test")),
    wrap(plan, "meters", meters),
    wrap(plan, "loggers", loggers),
  ];
  sdk.startWiring(
    {
      tracer: () => tracer,
      meterProvider: () => meterProvider,
      loggerProvider: () => loggerProvider,
      writeLine: () => plan.at("writeLine", () => undefined),
      config: () => config,
      fault: () => plan.at("fault", () => undefined),
      warn: () => undefined,
    },
    { watchLoader: false },
  );
}

/** Takes anything; or throws, never answers, answers twice, or says that it failed. */
function faultyExporter() {
  return {
    export: (_items, done) => plan.at("exporter.export", () => done({ code: Math.random() < 0.5 ? 0 : 1 })),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

async function loadSdk(line) {
  const ours = process.env["FAULTS_PLAIN"];
  const { startWiring } = await import(`${ours}/wiring.js`);
  const { patchExports } = await import(`${ours}/hook/loader/patch.js`);
  const { readConfig } = await import(`${ours}/settings/mcp-settings.js`);
  const modules =
    line === "v1"
      ? ["sdk/client/index.js", "sdk/server/mcp.js", "sdk/shared/uriTemplate.js", "sdk/types.js"]
      : ["server", "client"];
  const loaded = await Promise.all(modules.map((name) => import(`@modelcontextprotocol/${name}`)));
  const exports = Object.assign({}, ...loaded, await import("zod"));
  const { createAsker } = require(`../fixtures/conversations/asks-${line}.cjs`);
  const { createServer } = require(`../fixtures/conversations/answers-${line}.cjs`);
  return {
    modules: loaded,
    patch: (module) => patchExports(module, "test"),
    startWiring,
    readConfig,
    createAsker: (options) => createAsker({ ...exports, types: exports }, options),
    createServer: () => createServer({ ...exports, types: exports }),
  };
}

function differences(before, after) {
  const found = [];
  for (let at = 0; at < Math.max(before.length, after.length); at += 1)
    if (before[at] !== after[at]) {
      found.push({ expected: before[at], got: after[at] });
      break; // what follows is shifted
    }
  return found;
}
