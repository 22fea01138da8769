/**
 * The parts of the SDK that the environment configures. OpenTelemetry's `NodeSDK` reads the same variables, but loads
 * every exporter; see docs/decisions/0012-embedded-opentelemetry.md.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { diag, type TextMapPropagator } from "@opentelemetry/api";
import {
  CompositePropagator,
  getNumberFromEnv,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import type { LogRecordLimits } from "@opentelemetry/sdk-logs";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SpanLimits,
} from "@opentelemetry/sdk-trace";
import { listOf, textOf, withoutUndefined } from "../../settings/values.ts";
import { loadChunk } from "../chunks.ts";

/** The values of `OTEL_TRACES_SAMPLER`. */
const SAMPLERS: Readonly<Record<string, () => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: () => new TraceIdRatioBasedSampler(ratio()),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio()) }),
};

/** @returns `undefined` for the SDK's default, `parentbased_always_on` */
export function readSampler(env: NodeJS.ProcessEnv): Sampler | undefined {
  const name = textOf(env, "OTEL_TRACES_SAMPLER");
  if (name === undefined) return undefined;
  if (Object.hasOwn(SAMPLERS, name)) return SAMPLERS[name]?.();
  diag.error(`OTEL_TRACES_SAMPLER=${name} is none of ${Object.keys(SAMPLERS).join(", ")}; using the default`);
  return undefined;
}

function ratio(): number {
  const given = getNumberFromEnv("OTEL_TRACES_SAMPLER_ARG");
  if (given !== undefined && given >= 0 && given <= 1) return given;
  diag.error(`OTEL_TRACES_SAMPLER_ARG is ${given ?? "not set"}, not a number from 0 to 1; using 1`);
  return 1;
}

/** Limits that are not set are the SDK's. */
export function readSpanLimits(): SpanLimits {
  return withoutUndefined({
    attributeCountLimit:
      getNumberFromEnv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT") ?? getNumberFromEnv("OTEL_ATTRIBUTE_COUNT_LIMIT"),
    attributeValueLengthLimit:
      getNumberFromEnv("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT") ??
      getNumberFromEnv("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"),
    eventCountLimit: getNumberFromEnv("OTEL_SPAN_EVENT_COUNT_LIMIT"),
    linkCountLimit: getNumberFromEnv("OTEL_SPAN_LINK_COUNT_LIMIT"),
    attributePerEventCountLimit: getNumberFromEnv("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"),
    attributePerLinkCountLimit: getNumberFromEnv("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT"),
  });
}

/** Limits that are not set are the SDK's. */
export function readLogRecordLimits(): LogRecordLimits {
  return withoutUndefined({
    attributeCountLimit:
      getNumberFromEnv("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT") ??
      getNumberFromEnv("OTEL_ATTRIBUTE_COUNT_LIMIT"),
    attributeValueLengthLimit:
      getNumberFromEnv("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT") ??
      getNumberFromEnv("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"),
  });
}

const rare = () => loadChunk<typeof import("./rare-propagators.ts")>("propagators");

/** The values of `OTEL_PROPAGATORS`. */
const PROPAGATORS: Readonly<Record<string, () => TextMapPropagator>> = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
  b3: () => new (rare().B3Propagator)(),
  b3multi: () => {
    const { B3Propagator, B3InjectEncoding } = rare();
    return new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER });
  },
  // oxlint-disable-next-line typescript/no-deprecated -- deprecated, and the specification still names it
  jaeger: () => readingFewKeys(new (rare().JaegerPropagator)()),
};

/** The limit of W3C Baggage, https://www.w3.org/TR/baggage/#limits */
const MOST_ENTRIES = 64;
const isBaggage = (key: string): boolean => key.startsWith("uberctx-");

/** Jaeger's has a key for each entry of baggage, and copies all entries for each: a request with a thousand costs half a second. */
function readingFewKeys(propagator: TextMapPropagator): TextMapPropagator {
  return {
    inject: (context, carrier, setter) => propagator.inject(context, carrier, setter),
    extract: (context, carrier, getter) =>
      propagator.extract(context, carrier, {
        get: (from, key) => getter.get(from, key),
        keys(from) {
          const keys = getter.keys(from);
          const baggage = keys.filter(isBaggage).slice(0, MOST_ENTRIES);
          return [...keys.filter((key) => !isBaggage(key)), ...baggage];
        },
      }),
    fields: () => propagator.fields(),
  };
}

/** @returns `undefined` for `none` */
export function readPropagator(env: NodeJS.ProcessEnv): TextMapPropagator | undefined {
  const given = listOf(env, "OTEL_PROPAGATORS");
  if (given.includes("none")) return undefined;
  const names = given.length === 0 ? ["tracecontext", "baggage"] : given;
  const propagators = names.flatMap((name) => {
    if (Object.hasOwn(PROPAGATORS, name)) return PROPAGATORS[name]?.() ?? [];
    diag.warn(
      `OTEL_PROPAGATORS names "${name}", which is none of ${Object.keys(PROPAGATORS).join(", ")}, none`,
    );
    return [];
  });
  return propagators.length > 1 ? new CompositePropagator({ propagators }) : propagators[0];
}
