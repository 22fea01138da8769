import { beforeAll, describe, expect, it } from "vitest";
import { arrived, queryPrometheus } from "./ask.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { post } from "./numbered.ts";

/** The statuses that OTLP calls retryable: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const LATER = [429, 502, 503, 504];
const QUEUE_BYTES = 270_000;
const SPAN = { traceId: "1".repeat(32), spanId: "2".repeat(16), name: "x".repeat(30_000), kind: 1 };

describe("a queue that overflows", NEEDS_SERVERS, () => {
  // The smallest queue that the shipped batch size allows: where an operator's holds hours, this one holds nine
  // spans.
  const stack = givenStack({ env: { MCP_QUEUE_BYTES: String(QUEUE_BYTES) } });
  const query = (text: string) => queryPrometheus(stack().prometheus.url, text);
  const send = () =>
    post(`${stack().collector.http}/v1/traces`, { resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] });
  const answers: number[] = [];
  beforeAll(async () => {
    await stack().jaeger.stop();
    for (let bytes = 0; bytes <= 2 * QUEUE_BYTES; bytes += SPAN.name.length) answers.push(await send());
  });

  it("is reported to the client as an error to retry", () => {
    expect(answers[0]).toBe(200);
    expect(LATER).toContain(answers.at(-1));
  });

  it("raises the metric that the alert watches, for the signal that is stuck and no other", async () => {
    const refused = answers.filter((status) => status !== 200).length;

    const failed = await arrived(
      () => query('otelcol_exporter_enqueue_failed_spans_total{job="otelcol"}'),
      (series) => series.length > 0,
    );

    expect(failed).toMatchObject([{ labels: { exporter: "otlp_http/jaeger" }, value: refused }]);
    expect(await query("otelcol_exporter_enqueue_failed_log_records_total > 0")).toEqual([]);
    expect(await query("otelcol_exporter_enqueue_failed_metric_points_total > 0")).toEqual([]);
  });

  it("shows how full it is, before that", async () => {
    const exporter = 'exporter="otlp_http/jaeger"';
    const [share] = await query(`otelcol_exporter_queue_size{${exporter}} / otelcol_exporter_queue_capacity`);

    expect(share?.value).toBeGreaterThan(0.8);
    expect(share?.value).toBeLessThanOrEqual(1);
  });
});
