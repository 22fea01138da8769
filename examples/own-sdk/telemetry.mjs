// OpenTelemetry set up by hand: your processors, exporters, samplers, and McpInstrumentation among your instrumentations.
// Load it before the application: node --import ./telemetry.mjs app.mjs
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { McpInstrumentation } from "mcp-otelkit";

const printer = {
  onStart() {},
  onEnd(span) {
    const { traceId, spanId } = span.spanContext();
    const ids = `trace ${traceId.slice(0, 6)}  span ${spanId.slice(0, 6)}  parent ${span.parentSpanContext?.spanId.slice(0, 6) ?? "none  "}`;
    const failed = span.status.code === SpanStatusCode.ERROR ? `  ${span.attributes["error.type"]}` : "";
    console.log(`${ids}  ${SpanKind[span.kind]} ${span.name}${failed}`);
  },
  async forceFlush() {},
  async shutdown() {},
};

const sdk = new NodeSDK({
  serviceName: "own-sdk",
  spanProcessors: [printer],
  instrumentations: [new McpInstrumentation()],
});
sdk.start();
process.once("beforeExit", () => void sdk.shutdown());
