/** Propagators for rarely used values of `OTEL_PROPAGATORS`. */
export { B3InjectEncoding, B3Propagator } from "@opentelemetry/propagator-b3";
// oxlint-disable-next-line typescript/no-deprecated -- deprecated, and the specification still names it
export { JaegerPropagator } from "@opentelemetry/propagator-jaeger";
