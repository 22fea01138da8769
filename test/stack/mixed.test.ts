import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrived, queryPrometheus, spansInJaeger, traceInJaeger } from "./ask.ts";
import { startCast, type Cast } from "./cast.ts";
import type { Collector } from "./collector.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { linesIn } from "./log-stores.ts";
import { post } from "./numbered.ts";
import { freePorts } from "../support/ports.ts";

/** An existing pipeline as a user may have it: one receiver, no redaction, and a mark on all data that passes through. */
const THEIRS = `
receivers:
  otlp:
    protocols:
      http: { endpoint: "\${env:MCP_OTLP_HTTP_ENDPOINT}" }
processors:
  resource/theirs:
    attributes: [{ key: passed.through, value: theirs, action: insert }]
exporters:
  otlp_http/traces: { endpoint: "\${env:MCP_JAEGER_OTLP_URL}" }
  otlp_http/metrics: { endpoint: "\${env:MCP_PROMETHEUS_OTLP_URL}" }
  otlp_http/logs: { endpoint: "\${env:THEIR_LOGS_URL}" }
extensions:
  health_check: { endpoint: "\${env:MCP_HEALTH_ENDPOINT}" }
service:
  extensions: [health_check]
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], processors: [resource/theirs], exporters: [otlp_http/traces] }
    metrics: { receivers: [otlp], processors: [resource/theirs], exporters: [otlp_http/metrics] }
    logs: { receivers: [otlp], processors: [resource/theirs], exporters: [otlp_http/logs] }
`;

describe("the fragment in a Collector that serves another service", NEEDS_SERVERS, () => {
  const stack = givenStack();
  let theirs: Collector;
  let cast: Cast;
  beforeAll(async () => {
    const file = join(stack().folder, "theirs.yaml");
    writeFileSync(file, THEIRS);
    const port = await freePorts("http", "grpc");
    theirs = await stack().another({
      name: "theirs",
      configs: [file, "overlays/existing-pipeline.yaml"],
      env: {
        THEIR_LOGS_URL: stack().logs.otlp,
        MCP_FRAGMENT_HTTP_ENDPOINT: `127.0.0.1:${port.http}`,
        MCP_FRAGMENT_GRPC_ENDPOINT: `127.0.0.1:${port.grpc}`,
        MCP_FRAGMENT_TRACES_EXPORTERS: "[otlp_http/traces]",
        MCP_FRAGMENT_METRICS_EXPORTERS: "[otlp_http/metrics]",
        MCP_FRAGMENT_LOGS_EXPORTERS: "[otlp_http/logs]",
      },
    });
    await theirs.start();
    cast = await startCast(`http://127.0.0.1:${port.http}`, { OTEL_INSTRUMENTATION_MCP_CAPTURE: "all" });
  });
  afterAll(() => cast?.stop());

  it("delivers the MCP telemetry, cleaned", async () => {
    await cast.hostDoes("/private", "canary-in-a-mixed-pipeline");
    const id = await cast.plan("Graz");

    const spans = await arrived(
      () => traceInJaeger(stack().jaeger.url, id),
      (seen) => new Set(seen.map(({ service }) => service)).size === 5,
    );
    const metrics = await arrived(
      () => queryPrometheus(stack().prometheus.url, 'mcp_tool_calls_total{job="local"}'),
      (seen) => seen.length > 0,
    );
    const lines = await arrived(
      () => linesIn(stack().logs, { service: "local", trace: id }),
      (seen) => seen.length > 0,
    );

    expect(spans.filter(({ resource }) => resource["passed.through"] !== undefined)).toEqual([]);
    expect(metrics).not.toEqual([]);
    expect(lines).not.toEqual([]);
    const all = await arrived(
      () => spansInJaeger(stack().jaeger.url, "host"),
      (seen) => seen.some(({ name }) => name.startsWith("prompts/get")),
    );
    expect(
      all
        .flatMap(({ attributes }) => Object.values(attributes))
        .filter((value) => String(value).includes("canary")),
    ).toEqual([]);
  });

  it("does not change other telemetry, secrets and content included: its owner decides on that", async () => {
    const resource = { attributes: [{ key: "service.name", value: { stringValue: "their-shop" } }] };
    const written = {
      "gen_ai.tool.call.arguments": "theirs to keep",
      "api.key": "sk-theirs0123456789abcdef",
      plain: "word",
    };
    const attributes = Object.entries(written).map(([key, value]) => ({
      key,
      value: { stringValue: value },
    }));
    const now = String(BigInt(Date.now()) * 1_000_000n);
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const span = {
      traceId,
      spanId: "00f067aa0ba902b7",
      name: "buy",
      kind: 2,
      startTimeUnixNano: now,
      endTimeUnixNano: String(BigInt(now) + 1000n),
      attributes,
    };
    const point = { startTimeUnixNano: now, timeUnixNano: now, asInt: "7" };
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
    const record = {
      timeUnixNano: now,
      severityNumber: 9,
      body: { stringValue: "sold to somebody@example.com" },
    };
    const scope = {};

    const answers = [
      await post(`${theirs.http}/v1/traces`, {
        resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }],
      }),
      await post(`${theirs.http}/v1/metrics`, {
        resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: [{ name: "shop.sold", sum }] }] }],
      }),
      await post(`${theirs.http}/v1/logs`, {
        resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }],
      }),
    ];

    expect(answers).toEqual([200, 200, 200]);
    const [seen] = await arrived(
      () => traceInJaeger(stack().jaeger.url, traceId),
      (spans) => spans.length === 1,
    );
    expect(seen).toMatchObject({
      name: "buy",
      attributes: written,
      resource: { "passed.through": "theirs" },
    });
    const [sold] = await arrived(
      () => queryPrometheus(stack().prometheus.url, "shop_sold_total"),
      (series) => series.length === 1,
    );
    expect(sold).toMatchObject({ labels: { job: "their-shop" }, value: 7 });
    const [line] = await arrived(
      () => linesIn(stack().logs, { service: "their-shop" }),
      (lines) => lines.length === 1,
    );
    expect(line?.text).toBe("sold to somebody@example.com");
  });
});
