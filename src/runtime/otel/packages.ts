import { createRequire } from "node:module";

/**
 * Loads a package of the OpenTelemetry SDK the moment it is needed. By `require`, because it happens in the middle of
 * the application's module loading, which does not wait; and not at the top of a file, because a preload that arrives by
 * `NODE_OPTIONS` also runs in npm, npx and tsx, which are not to pay for an SDK they will not use.
 */
export const require = createRequire(import.meta.url);

/** Packages of our own `dependencies`, with their types. */
interface OwnPackages {
  "@opentelemetry/sdk-node": typeof import("@opentelemetry/sdk-node");
  "@opentelemetry/instrumentation-http": typeof import("@opentelemetry/instrumentation-http");
  "@opentelemetry/instrumentation-undici": typeof import("@opentelemetry/instrumentation-undici");
  "@opentelemetry/instrumentation-runtime-node": typeof import("@opentelemetry/instrumentation-runtime-node");
}

/** Packages that the SDK brings along, with their types. */
interface SdkPackages {
  "@opentelemetry/api": typeof import("@opentelemetry/api");
  "@opentelemetry/api-logs": typeof import("@opentelemetry/api-logs"); // of the 2.x line alone
  "@opentelemetry/resources": typeof import("@opentelemetry/resources");
  "@opentelemetry/sdk-trace": typeof import("@opentelemetry/sdk-trace");
  "@opentelemetry/sdk-metrics": typeof import("@opentelemetry/sdk-metrics");
  "@opentelemetry/sdk-logs": typeof import("@opentelemetry/sdk-logs");
  "@opentelemetry/exporter-trace-otlp-grpc": typeof import("@opentelemetry/exporter-trace-otlp-grpc");
  "@opentelemetry/exporter-trace-otlp-http": typeof import("@opentelemetry/exporter-trace-otlp-http");
  "@opentelemetry/exporter-trace-otlp-proto": typeof import("@opentelemetry/exporter-trace-otlp-proto");
  "@opentelemetry/exporter-metrics-otlp-grpc": typeof import("@opentelemetry/exporter-metrics-otlp-grpc");
  "@opentelemetry/exporter-metrics-otlp-http": typeof import("@opentelemetry/exporter-metrics-otlp-http");
  "@opentelemetry/exporter-metrics-otlp-proto": typeof import("@opentelemetry/exporter-metrics-otlp-proto");
  "@opentelemetry/exporter-logs-otlp-grpc": typeof import("@opentelemetry/exporter-logs-otlp-grpc");
  "@opentelemetry/exporter-logs-otlp-http": typeof import("@opentelemetry/exporter-logs-otlp-http");
  "@opentelemetry/exporter-logs-otlp-proto": typeof import("@opentelemetry/exporter-logs-otlp-proto");
}

/** @throws an error that names the package, where it is not installed or broken */
export function load<Name extends keyof OwnPackages>(name: Name): OwnPackages[Name] {
  return loadFrom(require, name) as OwnPackages[Name];
}

/**
 * Loads what belongs to the SDK from where the SDK itself finds it. It pins its siblings to the very release it was made with;
 * a dependency of our own on them would bring a second copy as soon as one of them has had a patch.
 * @throws an error that names the package, where it is not installed or broken
 */
export function loadOfSdk<Name extends keyof SdkPackages>(name: Name): SdkPackages[Name] {
  return loadFrom(createRequire(require.resolve("@opentelemetry/sdk-node")), name) as SdkPackages[Name];
}

function loadFrom(from: NodeJS.Require, name: string): unknown {
  try {
    return from(name);
  } catch (error) {
    throw new Error(`cannot load the package ${name}; is it installed? (${firstLine(error)})`, {
      cause: error,
    });
  }
}

/** The message of an error without its stack and without the list of those who required it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
