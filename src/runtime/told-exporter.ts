import type { OtlpProtocol, SignalName, SignalSettings } from "./env.ts";
import { firstLine } from "./packages.ts";
import type { Say } from "./stderr.ts";

const WHAT: Readonly<Record<SignalName, string>> = {
  TRACES: "spans",
  METRICS: "metrics",
  LOGS: "log records",
};

/** What a person has to look at when nothing arrives. */
export function describeEndpoint(env: NodeJS.ProcessEnv, { signal, protocol }: SignalSettings): string {
  const { variable, value } = endpointOf(env, signal, protocol);
  return `${withoutSecrets(value)} (${variable}, ${protocol})`;
}

/**
 * The exporters disagree on what to do about a bad endpoint, and neither names the variable.
 * @throws an error that does
 */
export function requireEndpoint(env: NodeJS.ProcessEnv, { signal, protocol }: SignalSettings): void {
  const { variable, value } = endpointOf(env, signal, protocol);
  if (!isEndpoint(value, protocol))
    throw new Error(
      `${variable}=${withoutSecrets(value)} is not ${protocol === "grpc" ? "a" : "an http:// or https://"} URL`,
    );
}

function endpointOf(
  env: NodeJS.ProcessEnv,
  signal: SignalName,
  protocol: OtlpProtocol,
): { readonly variable: string; readonly value: string } {
  const variable = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
  const own = env[variable]?.trim();
  if (own) return { variable, value: own };
  const fallback = protocol === "grpc" ? "http://localhost:4317" : "http://localhost:4318";
  return {
    variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
    value: env["OTEL_EXPORTER_OTLP_ENDPOINT"]?.trim() || fallback,
  };
}

/** gRPC also takes `host:port`. */
function isEndpoint(value: string, protocol: OtlpProtocol): boolean {
  return protocol === "grpc"
    ? URL.canParse(/^\w+:\/\//.test(value) ? value : `https://${value}`)
    : /^https?:\/\//i.test(value) && URL.canParse(value);
}

/** Vendors put keys into the user part and the query. */
function withoutSecrets(endpoint: string): string {
  if (!/[@?]/.test(endpoint) || !URL.canParse(endpoint)) return endpoint;
  const { protocol, host, pathname } = new URL(endpoint);
  return `${protocol}//${host}${pathname}`;
}

/** What is known of an exporter's deliveries. */
export interface Told {
  /** Whether the latest one failed. */
  failing(): boolean;
  /** Tells that the process ends with something on its way, unless a failure has been told before. */
  giveUp(): void;
}

/** Any exporter, as far as deliveries are concerned. Code 0 is success, in every signal and both lines of the SDK. */
interface Exporter<Batch> {
  export(batch: Batch, done: (result: { code: number; error?: Error }) => void): void;
}

/** What has been told of: two signals on the way to one dead collector are one piece of news. */
const toldOf = new Set<string>();

/**
 * Makes an exporter tell of its first failed delivery in one line, then keep quiet until one succeeds. The failure ends
 * here: the SDK would log it again with a stack of ten lines for every batch. In place, since exporters carry more than
 * `export`, and readers ask for it.
 */
export function tellingOnce<Batch>(
  exporter: Exporter<Batch>,
  signal: SignalName,
  endpoint: string,
  say: Say,
): Told {
  const deliver = exporter.export.bind(exporter);
  const tell = (line: string): void => {
    if (!toldOf.has(endpoint)) say(line);
    toldOf.add(endpoint);
  };
  let failures = 0;
  let told = false;
  exporter.export = (batch, done) => {
    deliver(batch, ({ code, error }) => {
      if (code !== 0 && !told) tell(`cannot deliver ${WHAT[signal]} to ${endpoint}: ${describeError(error)}`);
      if (code === 0) toldOf.delete(endpoint);
      if (code === 0 && failures > 0)
        say(`${WHAT[signal]} are delivered again, after ${failures} failed attempts`);
      failures = code === 0 ? 0 : failures + 1;
      told = code !== 0;
      done({ code: 0 });
    });
  };
  return {
    failing: () => told,
    giveUp() {
      if (!told) tell(`the last ${WHAT[signal]} did not reach ${endpoint} before the process ended`);
      told = true;
    },
  };
}

/** Several as one. */
export function allOf(told: readonly Told[]): Told {
  return {
    failing: () => told.some((one) => one.failing()),
    giveUp: () => told.forEach((one) => one.giveUp()),
  };
}

/** `ECONNREFUSED` hides in a list of one error per address, or in a cause. */
function describeError(error: unknown): string {
  const { code, errors, cause } = (error ?? {}) as { code?: unknown; errors?: unknown[]; cause?: unknown };
  const inner = errors?.[0] ?? cause;
  const line = firstLine(error) || (inner === undefined ? "" : firstLine(inner));
  return line || (typeof code === "string" ? code : "no reason given");
}
