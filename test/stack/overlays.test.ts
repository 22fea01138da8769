// What else is shipped: each file starts without a word about something deprecated, and each overlay does what it says.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { arrived, exemplarsInPrometheus, queryPrometheus, spansInJaeger, traceInJaeger } from "./ask.ts";
import { fresh } from "./back-ends.ts";
import { startCast, type Cast } from "./cast.ts";
import { HAS_OPENSSL, makeCertificates } from "./certificates.ts";
import type { Collector } from "./collector.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { linesIn } from "./log-stores.ts";
import { freePorts } from "./ports.ts";

const STARTED: readonly (readonly string[])[] = [
  ["gateway.yaml"],
  ["agent.yaml"],
  ["loadbalancer.yaml"],
  ["gateway.yaml", "overlays/tls-mtls.yaml"],
  ["gateway.yaml", "overlays/bearer.yaml"],
  ["agent.yaml", "overlays/agent-bearer.yaml"],
  ["gateway.yaml", "overlays/content-allowed.yaml"],
  ["gateway.yaml", "overlays/tail-sampling.yaml"],
  ["gateway.yaml", "overlays/span-metrics.yaml"],
  ["gateway.yaml", "overlays/scrape.yaml"],
  ["gateway.yaml", "overlays/remote-write.yaml"],
  ["gateway.yaml", "overlays/span-metrics.yaml", "overlays/tail-sampling.yaml"],
];

describe("the files of collector/otelcol", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const stack = givenStack();
  const query = (text: string) => queryPrometheus(stack().prometheus.url, text);
  const casts: Cast[] = [];
  afterAll(() => Promise.all(casts.map((cast) => cast.stop())));

  /** A Collector with that overlay, and the cast sending to it; the weather server under a name of its own. */
  async function castAt(one: Collector, weather: string): Promise<Cast> {
    await one.start();
    const cast = await startCast(one.http, {}, { weather: { OTEL_SERVICE_NAME: weather } });
    casts.push(cast);
    return cast;
  }

  it.each(STARTED.map((configs) => ({ configs, files: configs.join(" + ") })))(
    "start without a deprecation: $files",
    async ({ configs, files }) => {
      if (files.includes("tls") && !HAS_OPENSSL) return;
      const name = files.replaceAll(/\W+/g, "-");
      const one = await stack().another({ name, configs, env: await environment(name) });

      await one.start();

      expect(one.log()).not.toMatch(/deprecat/i);
      expect(one.log()).toContain("Everything is ready");
      await one.stop();
    },
  );

  it("agent, load balancer and gateway in a row deliver what the gateway alone does", async () => {
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
    // A new counter begins at 0, and is told four times a minute.
    const [calls] = await arrived(
      () => query(`traces_span_metrics_calls_total${selected}`),
      (series) => (series[0]?.value ?? 0) > 0,
    );
    expect(calls?.value).toBe(1);
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

  it("scrape has the same names and labels on a page", async () => {
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

  it("remote-write has the same names and labels", async () => {
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

  /** The names of the labels that one series of that job has, once it is there. */
  async function labelsOf(job: string): Promise<string[][]> {
    const series = await arrived(
      () => query(`mcp_server_operation_duration_seconds_count{job="${job}",gen_ai_tool_name="forecast"}`),
      ({ length }) => length > 0,
    );
    return series.map(({ labels }) => Object.keys(labels).toSorted());
  }

  async function environment(name: string): Promise<Record<string, string>> {
    const folder = fresh(stack().folder, `${name}-files`);
    const tokens = join(folder, "token");
    writeFileSync(tokens, "a-token\n");
    const made = HAS_OPENSSL ? makeCertificates(folder) : undefined;
    const { page } = await freePorts("page");
    return {
      MCP_TOKEN_FILE: tokens,
      MCP_GATEWAY_TOKEN_FILE: tokens,
      MCP_GATEWAY_INSECURE: String(!name.includes("bearer")), // gRPC shows a token to nobody without TLS
      MCP_TLS_CERT_FILE: made?.server.certificate ?? "",
      MCP_TLS_KEY_FILE: made?.server.key ?? "",
      MCP_TLS_CLIENT_CA_FILE: made?.ca ?? "",
      MCP_PAGE_ENDPOINT: `127.0.0.1:${page}`,
      MCP_REMOTE_WRITE_URL: `${stack().prometheus.url}/api/v1/write`,
      MCP_GATEWAYS: `[${new URL(stack().collector.grpc).host}]`,
      MCP_GATEWAY_ENDPOINT: new URL(stack().collector.grpc).host,
    };
  }
});
