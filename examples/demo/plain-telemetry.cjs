// OpenTelemetry as its own documentation sets it up: `node --require ./plain-telemetry.cjs service.cjs`.
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { NodeSDK } = require("@opentelemetry/sdk-node");

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] });
sdk.start();
process.once("SIGTERM", () => void sdk.shutdown().finally(() => process.exit()));
