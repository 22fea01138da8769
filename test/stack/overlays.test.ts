// Each overlay does what it says, on a real Collector.
import { afterAll, describe, expect, it } from "vitest";
import {
  arrived,
  exemplarsInPrometheus,
  queryPrometheus,
  servicesInJaeger,
  spansInJaeger,
  traceInJaeger,
} from "./ask.ts";
import { startCast, type Cast } from "./cast.ts";
import type { Collector } from "./collector.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { addressOf, getJson } from "./get.ts";
import { linesIn } from "./log-stores.ts";
import { post, traceOf } from "./numbered.ts";
import { freePorts } from "../support/ports.ts";

/** These three are compared with each other. */
const LONG = { tags: ["long"] };

describe("the files of collector/otelcol", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const stack = givenStack();
  const query = (text: string) => queryPrometheus(stack().prometheus.url, text);
  const casts: Cast[] = [];
  afterAll(() => Promise.all(casts.map((cast) => cast.stop())));

  /** A Collector with that overlay, and the cast sending to it; the weather server under another name. */
  async function castAt(one: Collector, weather: string): Promise<Cast> {
    await one.start();
    const cast = await startCast(one.http, {}, { weather: { OTEL_SERVICE_NAME: weather } });
    casts.push(cast);
    return cast;
  }

  it("agent, load balancer and gateway in a row deliver what the gateway alone does", LONG, async () => {
    const gateway = new URL(stack().collector.grpc).host;
    const balancer = await stack().another({
      name: "balancer",
      configs: ["loadbalancer.yaml"],
      env: { MCP_GATEWAYS: `[${gateway}]`, MCP_GATEWAY_ENDPOINT: gateway },
    });
    await balancer.start();
    const agent = await stack().another({
      name: "agent",
      configs: ["agent.yaml"],
      env: { MCP_GATEWAY_ENDPOINT: new URL(balancer.grpc).host },
    });
    const cast = await castAt(agent, "weather-in-a-row");

    const id = await cast.plan("Graz");

    const services = await arrived(
      async () => new Set((await traceInJaeger(stack().jaeger.url, id)).map(({ service }) => service)),
      ({ size }) => size === 5,
    );
    expect(services).toContain("weather-in-a-row");
    await arrived(
      () => query('mcp_tool_calls_total{job="weather-in-a-row"}'),
      (series) => series.length > 0,
    );
    await arrived(
      () => linesIn(stack().logs, { service: "weather-in-a-row", trace: id }),
      (lines) => lines.length > 0,
    );
  });

  it("span-metrics counts spans, with exemplars that lead to their traces", async () => {
    const one = await stack().another({
      name: "span-metrics",
      configs: ["gateway.yaml", "overlays/span-metrics.yaml"],
    });
    const cast = await castAt(one, "weather-counted");

    const id = await cast.plan("Graz");

    const selected = '{service_name="weather-counted",span_name="tools/call forecast"}';
    // A new counter begins at 0, and is exported four times a minute.
    const [calls] = await arrived(
      () => query(`traces_span_metrics_calls_total${selected}`),
      (series) => (series[0]?.value ?? 0) > 0,
    );
    expect(calls?.value).toBe(1);
    // The process that was seen first is not the one that all calls belong to.
    const all = await query('{__name__=~"traces_span_metrics_.*|target_info",job="weather-counted"}');
    const made = all.filter(({ labels }) => labels["__name__"] !== "target_info");
    for (const label of ["instance", "service_instance_id", "host_name", "process_pid"])
      expect(
        made.filter(({ labels }) => label in labels),
        label,
      ).toEqual([]);
    // Jaeger's Monitor tab queries these.
    const { metrics } = await arrived(
      async () =>
        (await getJson<{ metrics: { metricPoints: unknown[] }[] }>(
          addressOf(stack().jaeger.url, "/api/metrics/calls", {
            service: "weather-counted",
            spanKind: "server",
            step: "1000",
            lookback: "300000",
            ratePer: "300000",
          }),
        )) ?? { metrics: [] },
      (answer) => answer.metrics.length > 0,
    );
    expect(metrics[0]?.metricPoints).not.toEqual([]);
    const exemplars = await arrived(
      () =>
        exemplarsInPrometheus(
          stack().prometheus.url,
          `traces_span_metrics_duration_seconds_bucket${selected}`,
        ),
      (seen) => seen.length > 0,
    );
    expect(exemplars.map(({ labels }) => labels["trace_id"])).toContain(id);
    const [edge] = await arrived(
      () => query('traces_service_graph_request_total{client="host",server="weather-counted"}'),
      (series) => series.length > 0,
    );
    expect(edge?.value).toBeGreaterThan(0);
  });

  it("scrape has the same names and labels on a page", LONG, async () => {
    const { page } = await freePorts("page");
    const one = await stack().another({
      name: "scrape",
      configs: ["gateway.yaml", "overlays/scrape.yaml"],
      env: { MCP_PAGE_ENDPOINT: `127.0.0.1:${page}` },
    });
    const cast = await castAt(one, "weather-scraped");
    await cast.plan("Graz");
    stack().prometheus.scrape("collector-page", [{ targets: [`127.0.0.1:${page}`] }]);

    expect(await labelsOf("weather-scraped")).toEqual(await labelsOf("weather-in-a-row"));
    expect(await query('target_info{job="weather-scraped"}')).toHaveLength(1);
  });

  it("remote-write has the same names and labels", LONG, async () => {
    const url = `${stack().prometheus.url}/api/v1/write`;
    const one = await stack().another({
      name: "remote-write",
      configs: ["gateway.yaml", "overlays/remote-write.yaml"],
      env: { MCP_REMOTE_WRITE_URL: url },
    });
    const cast = await castAt(one, "weather-written");
    await cast.plan("Graz");

    expect(await labelsOf("weather-written")).toEqual(await labelsOf("weather-in-a-row"));
    expect(await query('target_info{job="weather-written"}')).toHaveLength(1);
  });

  it("tail-sampling keeps what failed and leaves out what went well", async () => {
    const one = await stack().another({
      name: "tail-sampling",
      configs: ["gateway.yaml", "overlays/tail-sampling.yaml"],
      env: { MCP_DECISION_WAIT: "3s", MCP_SAMPLE_PERCENT: "0" },
    });
    const cast = await castAt(one, "weather-sampled");
    const well = await cast.plan("Graz");
    await cast.hostDoes("/variety");

    const kept = await arrived(
      () => spansInJaeger(stack().jaeger.url, "weather-sampled"),
      (spans) => spans.some(({ attributes }) => attributes["error.type"] === "tool_error"),
    );

    expect(kept.filter(({ traceId }) => traceId === well)).toEqual([]);
    // The whole trace, also those of its spans that went well.
    expect(kept.map(({ name }) => name)).toContain("tools/call forecast");
  });

  it("tail-sampling keeps what was slow, and no session because its event stream was open for long", async () => {
    const one = await stack().another({
      name: "tail-slow",
      configs: ["gateway.yaml", "overlays/tail-sampling.yaml"],
      env: { MCP_DECISION_WAIT: "2s", MCP_SAMPLE_PERCENT: "0", MCP_SLOW_MS: "5000" },
    });
    await one.start();
    const request = (method: string) => ({
      name: method,
      kind: 2,
      attributes: { "http.request.method": method },
    });
    const mcp = (name: string) => ({ name, kind: 2, attributes: { "mcp.method.name": name } });
    const traces = {
      "quiet session": [{ ...request("GET"), seconds: 600 }],
      "quiet subscription": [
        { ...request("POST"), seconds: 600 },
        { ...mcp("subscriptions/listen"), seconds: 0.01 },
      ],
      "quick call": [{ ...mcp("tools/call"), seconds: 0.1 }],
      "slow call": [
        { ...request("POST"), seconds: 8 },
        { ...mcp("tools/call"), seconds: 8 },
      ],
      "slow request": [{ ...request("POST"), seconds: 8 }],
    };

    const answers = await Promise.all(
      Object.entries(traces).map(([service, spans]) =>
        post(`${one.http}/v1/traces`, traceOf(service, spans)),
      ),
    );

    expect(answers).toEqual([200, 200, 200, 200, 200]);
    const seen = await arrived(
      () => servicesInJaeger(stack().jaeger.url),
      (services) => services.includes("slow call") && services.includes("slow request"),
    );
    expect(Object.keys(traces).filter((service) => seen.includes(service))).toEqual([
      "slow call",
      "slow request",
    ]);
  });

  /** The names of the labels that one series of that job has, once it is there. */
  async function labelsOf(job: string): Promise<string[][]> {
    const series = await arrived(
      () => query(`mcp_server_operation_duration_seconds_count{job="${job}",gen_ai_tool_name="forecast"}`),
      ({ length }) => length > 0,
    );
    return series.map(({ labels }) => Object.keys(labels).toSorted());
  }
});
