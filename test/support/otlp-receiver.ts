import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { startGrpcReceiver } from "./otlp-grpc.ts";
import { logsFromExport, type LogsExport } from "./otlp-logs.ts";
import { decodeLogsRequest, decodeTraceRequest } from "./otlp-schema.ts";
import { spansFromExport, type TraceExport } from "./otlp-spans.ts";
import { toRecord, type KeyValue } from "./otlp-values.ts";
import type { SeenLog } from "./seen-log.ts";
import { serviceName, type SeenSpan } from "./seen-span.ts";
import { patience } from "./patience.ts";

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT with OTEL_EXPORTER_OTLP_PROTOCOL=http/json or http/protobuf. */
  url: string;
  /** The same for OTEL_EXPORTER_OTLP_PROTOCOL=grpc. */
  grpcUrl: string;
  /** Every span that has arrived, in the order of arrival. */
  spans(): SeenSpan[];
  /** Resolves as soon as the spans satisfy the predicate; rejects, and says what it has, when they do not in time. */
  waitFor(predicate: (spans: SeenSpan[]) => boolean, timeoutMs?: number): Promise<SeenSpan[]>;
  /** Every log record that has arrived, in the order of arrival. */
  logs(): SeenLog[];
  /** As `waitFor`, of log records. */
  waitForLogs(predicate: (logs: SeenLog[]) => boolean, timeoutMs?: number): Promise<SeenLog[]>;
  /** How the spans were sent: one entry per export of traces. */
  deliveries(): Delivery[];
  /** Every metric of every export that came as OTLP/JSON, in the order of arrival; other formats are accepted unread. */
  metrics(): SeenMetric[];
  close(): Promise<void>;
}

export interface Delivery {
  protocol: "http/json" | "http/protobuf" | "grpc";
  spans: number;
  headers: Record<string, string>;
}

/** A metric in one export, as OTLP/JSON has it. */
export interface SeenMetric {
  name: string;
  unit?: string;
  /** The resource's service.name. */
  service: string;
  gauge?: { dataPoints: SeenPoint[] };
  /** Temporality: 1 is delta, 2 is cumulative. */
  sum?: { dataPoints: SeenPoint[]; aggregationTemporality: number; isMonotonic: boolean };
  histogram?: { dataPoints: SeenPoint[]; aggregationTemporality: number };
  exponentialHistogram?: { dataPoints: SeenPoint[]; aggregationTemporality: number };
}

export interface SeenPoint {
  attributes: { key: string; value: Record<string, unknown> }[];
  asInt?: number | string;
  asDouble?: number;
  count?: number | string;
}

interface MetricsExport {
  resourceMetrics?: { resource?: { attributes: KeyValue[] }; scopeMetrics: { metrics: SeenMetric[] }[] }[];
}

/** A collector for tests and the demo: OTLP over HTTP (JSON and protobuf, gzip too) and gRPC, on loopback, in memory. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const seen: SeenSpan[] = [];
  const recorded: SeenLog[] = [];
  const delivered: Delivery[] = [];
  const measured: SeenMetric[] = [];
  const waiting = new Set<() => void>();

  const grpcReceiver = await startGrpcReceiver(
    (request, headers) => accept("grpc", request, headers),
    acceptLogs,
  );
  const server = createServer((request, response) => {
    receive(request).then(
      (type) =>
        response.writeHead(200, { "content-type": type }).end(type === "application/json" ? "{}" : undefined),
      (error: unknown) => response.writeHead(400, { "content-type": "text/plain" }).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    grpcUrl: grpcReceiver.url,
    spans: () => [...seen],
    deliveries: () => [...delivered],
    metrics: () => [...measured],
    logs: () => [...recorded],
    waitFor: (predicate, timeoutMs) => waitFor("spans", seen, describeSpans, predicate, timeoutMs),
    waitForLogs: (predicate, timeoutMs) =>
      waitFor("log records", recorded, describeLogs, predicate, timeoutMs),
    async close() {
      grpcReceiver.close();
      const closed = new Promise((resolve) => server.close(resolve));
      // Exporters keep their connections alive; close() alone would wait for them.
      server.closeAllConnections();
      await closed;
    },
  };

  async function receive(request: IncomingMessage): Promise<string> {
    const body = await buffer(request);
    const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    const type =
      request.headers["content-type"] === "application/json" ? "application/json" : "application/x-protobuf";
    if (request.method !== "POST")
      throw new Error(`OTLP is POSTed, this was ${request.method} ${request.url}`);
    if (request.url === "/v1/traces") {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
      );
      if (type === "application/json") accept("http/json", JSON.parse(bytes.toString()), headers);
      else accept("http/protobuf", decodeTraceRequest(bytes), headers);
    } else if (request.url === "/v1/metrics" && type === "application/json") {
      const { resourceMetrics = [] } = JSON.parse(bytes.toString()) as MetricsExport;
      measured.push(
        ...resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
          const service = serviceName(toRecord(resource?.attributes));
          return scopeMetrics.flatMap(({ metrics }) => metrics.map((metric) => ({ ...metric, service })));
        }),
      );
    } else if (request.url === "/v1/logs") {
      acceptLogs(type === "application/json" ? JSON.parse(bytes.toString()) : decodeLogsRequest(bytes));
    } else if (request.url !== "/v1/metrics") {
      throw new Error(`no such OTLP path: ${request.url}`);
    }
    return type;
  }

  function accept(protocol: Delivery["protocol"], request: unknown, headers: Record<string, string>) {
    const spans = spansFromExport(request as TraceExport);
    seen.push(...spans);
    delivered.push({ protocol, spans: spans.length, headers });
    for (const look of waiting) look();
  }

  function acceptLogs(request: unknown) {
    recorded.push(...logsFromExport(request as LogsExport));
    for (const look of waiting) look();
  }

  function waitFor<T>(
    what: string,
    arrived: readonly T[],
    describe: (arrived: readonly T[]) => string,
    predicate: (arrived: T[]) => boolean,
    timeoutMs = patience(10_000),
  ): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`the expected ${what} did not arrive within ${timeoutMs} ms; ${describe(arrived)}`));
      }, timeoutMs);
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        finish();
      };
      const look = () => {
        try {
          if (predicate([...arrived])) settle(() => resolve([...arrived]));
        } catch (error) {
          settle(() => reject(new Error("the predicate failed", { cause: error })));
        }
      };
      waiting.add(look);
      look();
    });
  }
}

function describeSpans(spans: readonly SeenSpan[]): string {
  if (spans.length === 0) return "none arrived at all";
  return `there are ${spans.length}:\n${spans.map((span) => `  ${span.service}: ${span.kind} ${span.name}`).join("\n")}`;
}

function describeLogs(logs: readonly SeenLog[]): string {
  if (logs.length === 0) return "none arrived at all";
  return `there are ${logs.length}:\n${logs.map((log) => `  ${log.service}: ${log.severityText} ${log.eventName ?? ""} ${JSON.stringify(log.body)}`).join("\n")}`;
}
