// The other alerts: on the pipeline, which takes a minute to be seen, and those that compare with hours or days ago, of which the clock
// runs faster.
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fires, nameOf, ofJobs, told, type AlertCase, type Fired } from "./alerts/case.ts";
import { NOT_HERE, PIPELINE_CASES, SESSIONS, SILENCE, THE_END, TOO_OLD } from "./alerts/pipeline-cases.ts";
import { cast, type Cast } from "./alerts/troubled.ts";
import { arrived, queryPrometheus } from "./ask.ts";
import { ALERTS } from "../collector/rule-files.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { eachSecond } from "./hurry.ts";
import { post, untilTaken } from "./numbered.ts";
import { pause } from "./service.ts";
import type { Stack } from "./stack.ts";

const CALM = ["calm", "otelcol"];
const GONE_AFTER = 8;
const NOBODY = "http://127.0.0.1:9";
/** The smallest queue that the shipped batch size allows. */
const QUEUE_BYTES = 270_000;
const SPAN = { traceId: "1".repeat(32), spanId: "2".repeat(16), name: "x".repeat(30_000), kind: 1 };
const DAY_MS = 86_400_000;
/** A group as somebody may add it: two targets become the same series. */
const MISTAKE = `
  - name: a-mistake
    rules:
      - record: somebodys:up:info
        expr: label_replace(label_replace(up, "job", "all", "", ""), "instance", "all", "", "")
`;

const rules = (text: string): string =>
  eachSecond(text, GONE_AFTER)
    // Else the last call is in it for a quarter of an hour.
    .replace("(rate(mcp_tool_calls_total[15m]))", "(rate(mcp_tool_calls_total[10s]))")
    .concat(text.includes("- name: mcp-business") ? MISTAKE : "");

describe(
  "alerts on the pipeline and on the past",
  { ...NEEDS_SERVERS, timeout: 240_000, tags: ["long"] },
  () => {
    const stack = givenStack({ rules });
    const fired = new Map<AlertCase, Fired>();
    const missed = new Map<AlertCase, unknown>();
    let servers: Cast;
    const query = (text: string) => queryPrometheus(stack().prometheus.url, text);

    beforeAll(async () => {
      servers = cast(stack().collector.http);
      const ending = new AbortController();
      const doing = [
        sessions(servers),
        traffic(servers),
        goes(servers, stack()),
        pipeline(stack()),
        calm(servers, ending.signal),
      ];
      await Promise.all(
        PIPELINE_CASES.map((row) =>
          fires(stack().prometheus.url, row, CALM).then(
            (one) => fired.set(row, one),
            (error: unknown) => missed.set(row, error),
          ),
        ),
      );
      ending.abort();
      await Promise.all(doing);
      console.info([...fired.values()].map(told).join("\n"));
      return () => servers.stop();
    }, 240_000);

    it.each(PIPELINE_CASES.map((row) => [nameOf(row), row] as const))(
      "%s fires, and for nothing that is calm",
      async (_, row) => {
        expect(missed.get(row)).toBeUndefined();
        expect(ofJobs(await evaluate(stack().prometheus.url, row), CALM)).toEqual([]);
      },
    );

    it.each(NOT_HERE)("$alert cannot fire here: $why", async ({ alert }) => {
      const [rule] = ALERTS.filter((one) => one.alert === alert);
      expect(await query(rule?.expr ?? "")).toEqual([]);
    });

    it("MCPServerNoTraffic of the guide fires when no server is called any more", async () => {
      const silence = await fires(stack().prometheus.url, SILENCE);

      expect(silence.series).toHaveLength(1);
      console.info(told(silence));
    });

    it("MCPTelemetryAbsent fires when there is no server any more, and not before", async () => {
      expect(await evaluate(stack().prometheus.url, THE_END)).toEqual([]);

      await servers.stop();

      console.info(told(await fires(stack().prometheus.url, THE_END)));
    });
  },
);

/** With calls all the time, and one session. */
async function calm(servers: Cast, end: AbortSignal): Promise<void> {
  const { url } = await servers.server("calm");
  const user = await servers.user(url);
  while (!end.aborted) {
    await user.call("work");
    await pause(300);
  }
}

async function sessions(servers: Cast): Promise<void> {
  const { url } = await servers.server("leaking");
  await servers.user(url);
  await pause(25_000); // the time that is compared with
  await Promise.all(Array.from({ length: SESSIONS }, () => servers.user(url)));
}

async function traffic(servers: Cast): Promise<void> {
  const { url } = await servers.server("quiet");
  const user = await servers.user(url);
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    await user.call("work");
    await pause(200);
  }
}

async function goes(servers: Cast, { prometheus }: Stack): Promise<void> {
  const server = await servers.server("gone");
  const user = await servers.user(server.url);
  await user.call("work");
  const there = 'job:mcp_server_http_instances:count{job="gone"}';
  await arrived(
    () => queryPrometheus(prometheus.url, `${there} and ${there} offset 15s`),
    (series) => series.length > 0,
  );
  await user.close();
  await server.told.stop("SIGKILL");
}

/** One Collector more that is in trouble, and one that is killed. */
async function pipeline(stack: Stack): Promise<void> {
  const env = { MCP_QUEUE_BYTES: String(QUEUE_BYTES), MCP_JAEGER_OTLP_URL: NOBODY };
  const full = await stack.another({ name: "full", configs: ["gateway.yaml"], env });
  const dying = await stack.another({ name: "dying", configs: ["gateway.yaml"] });
  await Promise.all([full.start(), dying.start()]);
  const target = (job: string, url: string) => ({ targets: [new URL(url).host], labels: { job } });
  stack.prometheus.scrape("pipeline-more", [
    target("otelcol-full", full.telemetry),
    target("otelcol-dying", dying.telemetry),
    target("victoria-gone", NOBODY),
  ]);
  stack.prometheus.scrape("alertmanager", [{ targets: [new URL(NOBODY).host] }]);
  await arrived(
    () => queryPrometheus(stack.prometheus.url, 'up{job=~"otelcol-.*"} == 1'),
    (series) => series.length === 2,
  );
  await dying.stop("SIGKILL");
  const traces = { resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] };
  const burst = async (): Promise<void> => {
    for (let bytes = 0; bytes <= 4 * QUEUE_BYTES; bytes += SPAN.name.length) {
      await post(`${full.http}/v1/traces`, traces);
      await untilTaken(`${full.http}/v1/metrics`, late(bytes));
    }
  };
  await burst();
  // The Collector's counters begin with their first count: of what comes before Prometheus has seen them there is no rate.
  for (const counter of [
    "receiver_refused_spans",
    "exporter_enqueue_failed_spans",
    "exporter_send_failed_metric_points",
  ])
    await arrived(
      () =>
        queryPrometheus(
          stack.prometheus.url,
          `{__name__=~"otelcol_${counter}(_total)?",job="otelcol-full"} > 0`,
        ),
      (series) => series.length > 0,
    );
  await burst();
}

/** Some of the samples that come too late, each a series of its own. */
function late(seed: number) {
  const at = String(BigInt(Date.now() - DAY_MS) * 1_000_000n);
  const dataPoints = Array.from(
    { length: Math.ceil((TOO_OLD * SPAN.name.length) / (4 * QUEUE_BYTES)) },
    (_, n) => ({
      timeUnixNano: at,
      asInt: "1",
      attributes: [{ key: "n", value: { stringValue: `${seed}-${n}` } }],
    }),
  );
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "late", gauge: { dataPoints } }] }] }] };
}
