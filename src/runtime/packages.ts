import { createRequire } from "node:module";

/**
 * Loads a package of the OpenTelemetry SDK the moment it is needed. By `require`, because it happens in the middle of
 * the application's module loading, which does not wait; and not at the top of a file, because a preload that arrives by
 * `NODE_OPTIONS` also runs in npm, npx and tsx, which are not to pay for an SDK they will not use.
 */
export const require = createRequire(import.meta.url);

/** Everything the distribution loads, with the types of each. */
interface Packages {
  "@opentelemetry/sdk-node": typeof import("@opentelemetry/sdk-node");
  "@opentelemetry/sdk-trace": typeof import("@opentelemetry/sdk-trace");
  "@opentelemetry/instrumentation-http": typeof import("@opentelemetry/instrumentation-http");
  "@opentelemetry/instrumentation-undici": typeof import("@opentelemetry/instrumentation-undici");
  "@opentelemetry/exporter-trace-otlp-grpc": typeof import("@opentelemetry/exporter-trace-otlp-grpc");
  "@opentelemetry/exporter-trace-otlp-http": typeof import("@opentelemetry/exporter-trace-otlp-http");
  "@opentelemetry/exporter-trace-otlp-proto": typeof import("@opentelemetry/exporter-trace-otlp-proto");
}

/** @throws an error that names the package, where it is not installed or broken */
export function load<Name extends keyof Packages>(name: Name): Packages[Name] {
  try {
    return require(name) as Packages[Name];
  } catch (error) {
    throw new Error(`cannot load the package ${name}; is it installed? (${firstLine(error)})`, { cause: error });
  }
}

/** The message of an error without its stack and without the list of those who required it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
