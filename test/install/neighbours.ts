/** What an application may have of OpenTelemetry before mcp-otelkit comes. Code is ECMAScript, put beside `talk.mjs`. */
export interface Neighbour {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Loaded before everything else, the preload too. CommonJS. */
  readonly first?: string;
  /** What the application does before it loads the MCP SDK, under the preload. */
  readonly before?: string;
  /** What it does after the conversation. */
  readonly after?: string;
  /** The scope of the spans that `after` makes, if it makes any. */
  readonly scope?: string;
  /** How the application starts an SDK of its own, with `instrumentations`, for the spans of McpInstrumentation. */
  readonly start: string;
}

const API = "~1.9.0";
const LEAST = `
import { trace } from "@opentelemetry/api";
import { leastProvider } from "./seen.mjs";
trace.setGlobalTracerProvider(leastProvider);`;
const TRACER_PROVIDER = `
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
new NodeTracerProvider({ spanProcessors: [seen] }).register();`;
const NODE_SDK = `
import { NodeSDK } from "@opentelemetry/sdk-node";
new NodeSDK({ spanProcessors: [seen], instrumentations }).start();`;
const LOGGER = (name: string): string => `
const { diag, DiagConsoleLogger, DiagLogLevel } = require("${name}");
diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.ERROR);`;

export const NEIGHBOURS: readonly Neighbour[] = [
  { name: "alone", dependencies: {}, start: LEAST },
  {
    name: "sdk-trace-node 1.30",
    dependencies: { "@opentelemetry/api": API, "@opentelemetry/sdk-trace-node": "1.30.1" },
    start: TRACER_PROVIDER,
  },
  {
    name: "sdk-trace-node 2.x",
    dependencies: { "@opentelemetry/api": API, "@opentelemetry/sdk-trace-node": "2.12.0" },
    start: TRACER_PROVIDER,
  },
  {
    name: "sdk-node 0.223",
    dependencies: { "@opentelemetry/api": API, "@opentelemetry/sdk-node": "0.223.0" },
    start: NODE_SDK,
  },
  {
    name: "sdk-node 0.301 (3.x)",
    dependencies: { "@opentelemetry/api": "~1.10.0", "@opentelemetry/sdk-node": "0.301.0" },
    start: NODE_SDK,
  },
  {
    name: "genkit",
    dependencies: { genkit: "1.42.0" },
    before: `import "genkit";`,
    start: `
import "genkit";
import { enableTelemetry } from "genkit/tracing";
await enableTelemetry({ spanProcessors: [seen], instrumentations });`,
  },
  {
    name: "api 1.9.0 used first",
    dependencies: { "first-api": "npm:@opentelemetry/api@1.9.0" },
    first: LOGGER("first-api"),
    start: LEAST,
  },
  {
    name: "api 1.10 used first",
    dependencies: { "@opentelemetry/api": API, "first-api": "npm:@opentelemetry/api@~1.10.0" },
    first: LOGGER("first-api"),
    start: LEAST,
  },
  {
    name: "@ai-sdk/otel",
    dependencies: { "@ai-sdk/otel": "1.0.173" },
    // It takes its tracer when it is made, which is before any MCP SDK is loaded.
    before: `
import { OpenTelemetry } from "@ai-sdk/otel";
const ai = new OpenTelemetry();`,
    after: `ai.tracer.startSpan("ai").end();`,
    scope: "gen_ai",
    start: LEAST,
  },
];
