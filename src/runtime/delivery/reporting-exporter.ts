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

/** The settings to check when nothing arrives. */
export function describeEndpoint(env: NodeJS.ProcessEnv, { signal, protocol }: SignalSettings): string {
  const { variable, value } = endpointOf(env, signal, protocol);
  return `${withoutSecrets(value)} (${variable}, ${protocol})`;
}

/**
 * The exporters differ in how they handle an invalid endpoint, and none names the variable.
 * @throws an error that names it
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
 * Scheme, host and port: vendors put keys into the user part, the path and the query. Read as text, since an endpoint
 * that is not a URL is the one to report; where the host cannot be separated from a password, nothing is shown.
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

/** The state of an exporter's deliveries. */
export interface DeliveryReport {
  /** Whether the latest delivery failed. */
  failing(): boolean;
  /** Reports that the process ends with unsent data, unless a failure has been reported before. */
  giveUp(): void;
  /** Items that were made and have not arrived so far. */
  lost(): Losses;
  /** Of these, items that have been sent and not answered, as far as is known. */
  onTheWay(): Losses;
  /** Items that can still be sent again. */
  unsent(): readonly Unsent[];
  /** Measurements that would be collected next. Collects them: call it once, at the very end. */
  measured?(): readonly Unsent[];
}

/** Spans, log records, and exports of metrics. */
export type Losses = Readonly<Partial<Record<SignalName, number>>>;

export interface Unsent {
  readonly signal: SignalName;
  readonly items: readonly unknown[];
}

/** The parts of any exporter that deliveries need. Code 0 is success, in every signal and both lines of the SDK. */
interface Exporter<Batch> {
  export(batch: Batch, done: (result: { code: number; error?: Error }) => void): void;
}

/**
 * Makes an exporter report its first failed delivery in one line, then nothing until one succeeds. The failure ends
 * here: the SDK would log it again for every batch, with a stack of ten lines. In place, since exporters have more
 * methods than `export`, and readers call them.
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
  /** Whether an answer came is not known of these: a collector that is slow may have them. */
  let timedOut = 0;
  let silent = false;
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
        silent = TIMED_OUT.test(describeError(error));
        if (silent) timedOut += items.length;
        if (outages.begins(signal))
          say(`cannot deliver ${WHAT[signal]} to ${endpoint}: ${describeError(error)}`);
      }
      done({ code: 0 });
    };
    try {
      deliver(batch, settle);
    } catch (error) {
      // The SDK would wait for the result until its own time-out, and delay the end of the process that long.
      settle({ code: 1, error });
    }
  };
  return {
    following: queue.follow,
    failing: () => failures > 0,
    giveUp() {
      if (failures === 0 && Math.max(queue.made(), handed) > delivered && outages.begins(signal))
        say(`the last ${WHAT[signal]} were not confirmed by ${endpoint} before the process ended`);
    },
    lost: () => ({ [signal]: Math.max(queue.made(), handed) - delivered }),
    // After a refusal, these have probably been refused as well.
    onTheWay: () => ({ [signal]: timedOut + (failures > 0 && !silent ? 0 : handed - answered) }),
    unsent: () => [{ signal, items: queue.unsent() }],
  };
}

/** How the exporters over HTTP and gRPC say that no answer came in time. */
const TIMED_OUT = /timed? ?out|DEADLINE_EXCEEDED/i;

/** Combines several reports. */
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

/** An `ECONNREFUSED` may be inside a list of one error per address, or in a cause. */
function describeError(error: unknown): string {
  const { code, errors, cause } = (error ?? {}) as { code?: unknown; errors?: unknown[]; cause?: unknown };
  const inner = errors?.[0] ?? cause;
  const line = firstLine(error) || (inner === undefined ? "" : firstLine(inner));
  // The exporter over HTTP does not report the status when it runs out of time to retry.
  if (line === "Export failed with retryable status")
    return "it is overloaded or restarting (HTTP status 429, 502, 503 or 504)";
  return line || (typeof code === "string" ? code : "no reason given");
}
