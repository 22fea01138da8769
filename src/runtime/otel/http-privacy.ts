import { trace } from "@opentelemetry/api";
import type {
  Attributes,
  AttributeValue,
  Context,
  ContextManager,
  Exception,
  Meter,
  MeterProvider,
  Span,
  SpanOptions,
  Tracer,
  TracerProvider,
} from "@opentelemetry/api";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import { redactUri } from "../../privacy/uri.ts";
import { classNameOf } from "../../operation/class-name.ts";
import { redactText, REDACTED } from "../../privacy/secrets.ts";

/** Changes an attribute's value; `undefined` removes the attribute. */
type Fate = (value: AttributeValue | undefined, others: Attributes) => AttributeValue | undefined;

const MAX_LENGTH = 1024;

const gone: Fate = () => undefined;

/**
 * Without userinfo, and with redacted query values. A word without a value may be a value itself, and the
 * instrumentations write it like a key, with a `=`.
 */
const uri: Fate = (value) =>
  typeof value === "string"
    ? path(redactUri(value.replaceAll(/(?<=[?&])[^=&#]+=(?=[&#]|$)/g, REDACTED)), {})
    : undefined;

/** Paths are useful, but some contain a key or an address. */
const path: Fate = (value) => (typeof value === "string" ? redactText(value, MAX_LENGTH).text : undefined);

/** With or without its `?`. */
const query: Fate = (value) => {
  if (typeof value !== "string" || value === "") return value;
  return value.startsWith("?") ? uri(value, {}) : String(uri(`?${value}`, {})).slice(1);
};

/** A status code, an error code or the name of a class; not other text. */
const word: Fate = (value) => (typeof value === "string" && isWord(value) ? value : "_OTHER");

/** From the connection, and not from a header, in which a client may write anything. */
const peer: Fate = (_value, others) => others["network.peer.address"];

const EITHER_SIDE: Readonly<Record<string, Fate>> = {
  "url.full": uri,
  "url.path": path,
  "url.query": query,
  "http.url": uri,
  "http.target": uri,
  "user_agent.original": gone,
  "http.user_agent": gone,
  "http.request.method_original": gone,
  "error.type": word,
  "http.error_name": word,
  "http.error_message": gone,
};

/** Both addresses, as the client's headers give them: `Host`, `Forwarded`, `X-Forwarded-For`. */
const SERVER_SIDE: Readonly<Record<string, Fate>> = {
  ...EITHER_SIDE,
  "client.address": peer,
  "server.address": gone,
  "server.port": gone,
  "http.client_ip": gone,
  "http.host": gone,
  "http.server_name": gone,
  "http.url": gone,
  "net.host.name": gone,
  "net.host.port": gone,
};

const HEADER = /^http\.(request|response)\.header\./;

/** The API's `SpanKind.SERVER`. */
const SERVER = 1;

/**
 * The real spans, by the stand-ins that the instrumentation holds. The instrumentation writes through the stand-in,
 * which cleans; the application gets the span itself, and its own attributes stay as they are.
 */
const spans = new WeakMap<Span, Span>();

/**
 * Makes a context manager activate the real spans, where an HTTP instrumentation asks it to activate a stand-in. In
 * place, since an SDK keeps its context manager.
 */
export function showingSpans<Manager extends ContextManager>(manager: Manager): Manager {
  const { with: run, bind } = manager;
  manager.with = (context, ...rest) =>
    Reflect.apply(run, manager, [withSpanItself(context), ...rest]) as never;
  manager.bind = (context, target) =>
    Reflect.apply(bind, manager, [withSpanItself(context), target]) as never;
  return manager;
}

function withSpanItself(context: Context): Context {
  const active = trace.getSpan(context);
  const span = active === undefined ? undefined : spans.get(active);
  return span === undefined ? context : trace.setSpan(context, span);
}

/**
 * Stops an HTTP instrumentation from recording what a user wrote. At the tracer and the meter that it uses: other
 * spans, and what other code adds to its spans, stay as they are, and private data never reaches a sampler, a
 * processor of a configuration file or a limit on attributes.
 */
export function keepingPrivate(instrumentation: Instrumentation): void {
  const setTracerProvider = instrumentation.setTracerProvider.bind(instrumentation);
  const setMeterProvider = instrumentation.setMeterProvider.bind(instrumentation);
  instrumentation.setTracerProvider = (provider) => setTracerProvider(privateProvider(provider));
  instrumentation.setMeterProvider = (provider) => setMeterProvider(privateMeters(provider));
}

/** These instrumentations make only histograms. */
function privateMeters(provider: MeterProvider): MeterProvider {
  return {
    getMeter(...scope) {
      const meter = provider.getMeter(...scope);
      const createHistogram: Meter["createHistogram"] = (...options) => {
        const histogram = meter.createHistogram(...options);
        return {
          record: (value, attributes, context) =>
            histogram.record(value, attributes && withoutContent(attributes, EITHER_SIDE), context),
        };
      };
      return Object.create(meter, { createHistogram: { value: createHistogram } }) as Meter;
    },
  };
}

function privateProvider(provider: TracerProvider): TracerProvider {
  return {
    getTracer: (...scope) => {
      const tracer = provider.getTracer(...scope);
      const startSpan: Tracer["startSpan"] = (name, options, context) =>
        startPrivateSpan(tracer, name, options, context);
      return { startSpan, startActiveSpan: tracer.startActiveSpan.bind(tracer) };
    },
  };
}

function startPrivateSpan(tracer: Tracer, name: string, options: SpanOptions = {}, context?: Context): Span {
  const fates = options.kind === SERVER ? SERVER_SIDE : EITHER_SIDE;
  const given = options.attributes ?? {};
  const span = tracer.startSpan(name, { ...options, attributes: withoutContent(given, fates) }, context);
  if (!span.isRecording()) return span;
  const standIn: Span = {
    spanContext: () => span.spanContext(),
    isRecording: () => span.isRecording(),
    setAttribute(key, value) {
      const kept = withoutContent({ [key]: value }, fates, given)[key];
      if (kept !== undefined) span.setAttribute(key, kept);
      return standIn;
    },
    setAttributes(attributes) {
      span.setAttributes(withoutContent(attributes, fates, given));
      return standIn;
    },
    setStatus({ code }) {
      // As without mcp-otelkit, except for the message: an empty status changes nothing, and the application may have
      // set one.
      span.setStatus({ code });
      return standIn;
    },
    recordException: (exception, time) => span.recordException(withoutMessage(exception), time),
    addEvent(...event) {
      span.addEvent(...event);
      return standIn;
    },
    addLink(link) {
      span.addLink(link);
      return standIn;
    },
    addLinks(links) {
      span.addLinks(links);
      return standIn;
    },
    updateName(next) {
      span.updateName(next);
      return standIn;
    },
    end: (time) => span.end(time),
  };
  spans.set(standIn, span);
  return standIn;
}

function withoutContent(
  attributes: Attributes,
  fates: Readonly<Record<string, Fate>>,
  given?: Attributes,
): Attributes {
  const kept: Attributes = {};
  for (const [key, value] of Object.entries(attributes)) {
    const fate = HEADER.test(key) ? gone : fates[key];
    kept[key] = fate === undefined || value === undefined ? value : fate(value, given ?? attributes);
  }
  return kept;
}

/** The code of an exception, or its class; message and stack may contain a user's text. */
function withoutMessage(exception: Exception): Exception {
  if (typeof exception === "string") return { name: "Error" };
  const { code } = exception;
  if (typeof code === "number" || (typeof code === "string" && isWord(code))) return { code };
  return { name: classNameOf(exception) };
}

/** `503`, `ECONNREFUSED`, `UND_ERR_SOCKET`, `TypeError`. */
function isWord(text: string): boolean {
  return /^(?:\d{3}|[A-Z][A-Z\d]*(?:_[A-Z\d]+){0,9}|[A-Z]\w{0,40}(?:Error|Exception)|Error|_OTHER)$/.test(
    text,
  );
}
