import type { OtlpProtocol, SignalName, SignalSettings } from "../../settings/otel-settings.ts";
import { createFollowedQueue, type Following } from "./export-queue.ts";
import { outagesOf } from "./outages.ts";
import { firstLine } from "../../output/say.ts";
import type { Say } from "../../output/say.ts";

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

export function endpointOf(
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

/**
 * Scheme, host and port: vendors put keys into the user part, the path and the query. Read as text, since an endpoint that is no URL
 * is exactly what has to be reported; one in which the host cannot be told from a password is not shown.
 */
function withoutSecrets(endpoint: string): string {
  const read =
    /^([a-z][a-z\d+.-]{0,20}:\/\/)?(?:[^/?#\s]*@)?([\w.-]+|\[[\da-f:.%]+\])(:\d{1,5})?(?:[/?#]([^]*))?$/i.exec(
      endpoint,
    );
  if (read === null || read[4]?.includes("@") === true) return "(not shown)";
  const [, scheme = "", host, port = ""] = read;
  if (scheme === "" && port === "") return "(not shown)"; // any word would be a host
  return `${scheme}${host}${port}`;
}

/** What is known of an exporter's deliveries. */
export interface DeliveryReport {
  /** Whether the latest one failed. */
  failing(): boolean;
  /** Tells that the process ends with something on its way, unless a failure has been told before. */
  giveUp(): void;
  /** What was made and did not arrive, by now. */
  lost(): Losses;
  /** What of that has been sent, and not been answered. */
  onTheWay(): Losses;
  /** What is still here and can be sent once more. */
  unsent(): readonly Unsent[];
  /** What has been measured and would be collected next. Collects it: to be asked once, at the very end. */
  measured?(): readonly Unsent[];
}

/** Spans, log records, and exports of metrics. */
export type Losses = Readonly<Partial<Record<SignalName, number>>>;

export interface Unsent {
  readonly signal: SignalName;
  readonly items: readonly unknown[];
}

/** Any exporter, as far as deliveries are concerned. Code 0 is success, in every signal and both lines of the SDK. */
interface Exporter<Batch> {
  export(batch: Batch, done: (result: { code: number; error?: Error }) => void): void;
}

/**
 * Makes an exporter tell of its first failed delivery in one line, then keep quiet until one succeeds. The failure ends
 * here: the SDK would log it again with a stack of ten lines for every batch. In place, since exporters carry more than
 * `export`, and readers ask for it.
 */
export function reporting<Batch>(
  exporter: Exporter<Batch>,
  signal: SignalName,
  endpoint: string,
  say: Say,
): DeliveryReport & Following {
  const deliver = exporter.export.bind(exporter);
  const outages = outagesOf(endpoint);
  const queue = createFollowedQueue();
  let failures = 0;
  let handed = 0;
  let delivered = 0;
  let answered = 0;
  exporter.export = (batch, done) => {
    const items: readonly unknown[] = Array.isArray(batch) ? batch : [batch];
    handed += items.length;
    let settled = false;
    const settle = ({ code, error }: { code: number; error?: unknown }): void => {
      if (settled) return; // an exporter that calls back and then throws
      settled = true;
      queue.settle(items);
      answered += items.length;
      if (code === 0) {
        delivered += items.length;
        if (failures > 0 && outages.over(signal))
          say(`${WHAT[signal]} are delivered again, after ${failures} failed attempts`);
        failures = 0;
      } else {
        failures += 1;
        if (outages.begins(signal))
          say(`cannot deliver ${WHAT[signal]} to ${endpoint}: ${describeError(error)}`);
      }
      done({ code: 0 });
    };
    try {
      deliver(batch, settle);
    } catch (error) {
      // The SDK would wait for the answer until its own time is over, and hold the process that long.
      settle({ code: 1, error });
    }
  };
  return {
    following: queue.follow,
    failing: () => failures > 0,
    giveUp() {
      if (failures === 0 && Math.max(queue.made(), handed) > delivered && outages.begins(signal))
        say(`the last ${WHAT[signal]} did not reach ${endpoint} before the process ended`);
    },
    lost: () => ({ [signal]: Math.max(queue.made(), handed) - delivered }),
    // After a failure it is more likely that these have failed as well.
    onTheWay: () => ({ [signal]: failures > 0 ? 0 : handed - answered }),
    unsent: () => [{ signal, items: queue.unsent() }],
  };
}

/** Several as one. */
export function allOf(reports: readonly DeliveryReport[]): DeliveryReport {
  return {
    failing: () => reports.some((one) => one.failing()),
    giveUp: () => reports.forEach((one) => one.giveUp()),
    lost: () => reports.map((one) => one.lost()).reduce(addUp, {}),
    onTheWay: () => reports.map((one) => one.onTheWay()).reduce(addUp, {}),
    unsent: () => reports.flatMap((one) => one.unsent()),
    measured: () => reports.flatMap((one) => one.measured?.() ?? []),
  };
}

function addUp(sum: Losses, more: Losses): Losses {
  const total: Partial<Record<SignalName, number>> = { ...sum };
  for (const [signal, count] of Object.entries(more) as [SignalName, number][])
    total[signal] = (total[signal] ?? 0) + count;
  return total;
}

/** `ECONNREFUSED` hides in a list of one error per address, or in a cause. */
function describeError(error: unknown): string {
  const { code, errors, cause } = (error ?? {}) as { code?: unknown; errors?: unknown[]; cause?: unknown };
  const inner = errors?.[0] ?? cause;
  const line = firstLine(error) || (inner === undefined ? "" : firstLine(inner));
  // The exporter over HTTP keeps the status to itself when it has run out of time to try again.
  if (line === "Export failed with retryable status")
    return "it is overloaded or restarting (HTTP status 429, 502, 503 or 504)";
  return line || (typeof code === "string" ? code : "no reason given");
}
