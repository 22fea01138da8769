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
import { redactSegments, redactUri } from "../../privacy/uri.ts";
import { classNameOf } from "../../operation/class-name.ts";
import { redactText, REDACTED } from "../../privacy/secrets/secrets.ts";

/** What becomes of an attribute's value; `undefined` takes the attribute away. */
type Fate = (value: AttributeValue | undefined, others: Attributes) => AttributeValue | undefined;

const MAX_LENGTH = 1024;

const gone: Fate = () => undefined;

/**
 * Without userinfo, and query values redacted. A word without a value may be one itself, and the instrumentations write it
 * with a `=`, as they would a key.
 */
const uri: Fate = (value) =>
  typeof value === "string"
    ? path(redactUri(value.replaceAll(/(?<=[?&])[^=&#]+=(?=[&#]|$)/g, REDACTED)), {})
    : undefined;

/** Says where; but some have a key or an address in it. */
const path: Fate = (value) =>
  typeof value === "string" ? redactSegments(redactText(value, MAX_LENGTH).text) : undefined;

/** With or without its `?`. */
const query: Fate = (value) => {
  if (typeof value !== "string" || value === "") return value;
  return value.startsWith("?") ? uri(value, {}) : String(uri(`?${value}`, {})).slice(1);
};

/** A status code, an error code or the name of a class; not what somebody has put there. */
const word: Fate = (value) => (typeof value === "string" && isWord(value) ? value : "_OTHER");

/** From the connection, and not from a header, in which anybody may write what he likes. */
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

/** Who is asked, and by whom, in the words of the one who asks: `Host`, `Forwarded`, `X-Forwarded-For`. */
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
 * The spans that the instrumentations have, by what they have in their place. The instrumentation writes through the stand-in, which
 * cleans; the application finds the span itself, and what it says there stays as it says it.
 */
const spans = new WeakMap<Span, Span>();

/**
 * Has a context manager make the spans themselves active, where an instrumentation of HTTP asks it to activate what it has in their
 * place. In place, since an SDK keeps its context manager.
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
 * Has an instrumentation of HTTP record nothing of what a user wrote. At the tracer and the meter that it uses, so that spans of others,
 * and what others say on its own, stay as they are, and so that what is not to be known never is: not by samplers, not by processors of a configuration
 * file, not after a limit on attributes.
 */
export function keepingPrivate(instrumentation: Instrumentation): void {
  const setTracerProvider = instrumentation.setTracerProvider.bind(instrumentation);
  const setMeterProvider = instrumentation.setMeterProvider.bind(instrumentation);
  instrumentation.setTracerProvider = (provider) => setTracerProvider(privateProvider(provider));
  instrumentation.setMeterProvider = (provider) => setMeterProvider(privateMeters(provider));
}

/** Histograms are all that these instrumentations make. */
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
      // As without us, but for the message: what says nothing changes nothing, and the application may have said more.
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

/** The code of an exception, or its class; message and stack may hold what a user wrote. */
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
