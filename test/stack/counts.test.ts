// Numbers that are right from the first call: what Prometheus makes of short, long and killed processes, compared with what was done.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { arrived, historyInPrometheus, queryPrometheus } from "./ask.ts";
import { SHIPPED } from "./back-ends.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { startStdioServer, type StdioServer } from "./stdio.ts";

const FIVE = [1, 2, 3, 4, 5];
const CALLS = 7;
/** Prometheus goes on by half the distance of two samples at each end of what it saw; of a zero and one sample that is half as much again. */
const EXTRAPOLATED = 1.55; // with milliseconds between a sample's time and the end of the range
/** `evaluation_interval` of prometheus.yaml, which is what a rule waits for at most. */
const EVALUATION_S = 15;
const SOON = { OTEL_METRIC_EXPORT_INTERVAL: "1000" };

describe("counts, in Prometheus", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const stack = givenStack({ rules: (text) => text });
  const query = (text: string, at?: number) => queryPrometheus(stack().prometheus.url, text, at);
  const value = async (text: string, at?: number) => (await query(text, at))[0]?.value ?? 0;
  const start = (service: string, env: Record<string, string> = SOON): Promise<StdioServer> =>
    startStdioServer(stack().collector.http, service, env);

  it("of five stdio servers of seven calls increase by 35, where they push", async () => {
    const calls = 'mcp_tool_calls_total{job="short-pushed"}';

    // The interval is the default, a minute: all that Prometheus gets is what each sends as it ends.
    for (const _ of FIVE) {
      const server = await start("short-pushed", {});
      await server.succeed(CALLS);
      await server.end();
    }

    await arrived(
      () => value(`sum(${calls})`),
      (sum) => sum === 35,
    );
    const increase = await value(`sum(increase(${calls}[10m]))`);
    expect(increase).toBeGreaterThanOrEqual(35);
    expect(increase).toBeLessThanOrEqual(35 * EXTRAPOLATED);
    console.info(`pushed: sum 35, increase ${increase.toFixed(2)}`);
  });

  it("of five stdio servers of seven calls increase by 35, where they are scraped", async () => {
    const calls = 'mcp_tool_calls_total{job="short-scraped"}';
    const env = { OTEL_METRICS_EXPORTER: "prometheus", OTEL_EXPORTER_PROMETHEUS_PORT: "0" };
    const servers = await Promise.all(
      FIVE.map(() => start("short-scraped", { ...env, OTEL_INSTRUMENTATION_MCP_ADMIN: "on" })),
    );
    // All of it before Prometheus looks for the first time.
    await Promise.all(servers.map((server) => server.succeed(CALLS)));
    const targets = await Promise.all(
      servers.map((server) =>
        arrived(
          () => Promise.resolve(server.says(/health and metrics at http:\/\/([\w.:[\]]+)/)),
          (host) => host !== undefined,
        ),
      ),
    );
    stack().prometheus.scrape("mcp-servers", [
      { targets: targets.map(String), labels: { job: "short-scraped" } },
    ]);

    await arrived(
      () => value(`sum(${calls})`),
      (sum) => sum === 35,
    );
    const increase = await value(`sum(increase(${calls}[10m]))`);
    expect(increase).toBeGreaterThanOrEqual(35);
    expect(increase).toBeLessThanOrEqual(35 * EXTRAPOLATED);
    console.info(`scraped: sum 35, increase ${increase.toFixed(2)}`);
    await Promise.all(servers.map((server) => server.end()));
  });

  it("show the first error of a tool within two evaluations of the rule, and 0 before it", async () => {
    const ratio = 'job_tool:mcp_tool_calls_errors:ratio_rate5m{job="steady",tool_name="storm_warning"}';
    const errors = 'mcp_tool_calls_total{job="steady",tool_name="storm_warning",status="error"}';
    const server = await start("steady");
    await server.succeed(CALLS);
    // There at zero, since the tool was listed: nobody has called it yet.
    const before = await arrived(
      () => query(errors),
      (series) => series.length > 0,
    );
    expect(before).toMatchObject([{ value: 0 }]);

    await server.fail(1);

    await arrived(
      () => value(ratio),
      (share) => share > 0,
    );
    const [counted] = (await historyInPrometheus(stack().prometheus.url, `${errors} > 0`)).slice(0, 1);
    const [alerted] = (await historyInPrometheus(stack().prometheus.url, `${ratio} > 0`)).slice(0, 1);
    expect(alerted?.value).toBe(1);
    expect((alerted?.at ?? Infinity) - (counted?.at ?? 0)).toBeLessThanOrEqual(2 * EVALUATION_S);
    await server.end();
  });

  it("show the error of a process whose first and only call it was", async () => {
    const server = await start("unlucky", {});
    await server.fail(1);
    await server.end();

    const share = await arrived(
      () => value('job_tool:mcp_tool_calls_errors:ratio_rate5m{job="unlucky",tool_name="storm_warning"}'),
      (ratio) => ratio > 0,
    );

    expect(share).toBe(1);
  });

  it("forget the sessions of a killed process when its last sample is 150 s old", async () => {
    const rule = expressionOf("job:mcp_active_sessions:sum");
    const server = await start("killed");
    await server.succeed(1);
    await arrived(
      () => value('mcp_active_sessions{job="killed"}'),
      (sessions) => sessions === 1,
    );

    await server.kill();

    const [last] = await query('timestamp(mcp_active_sessions{job="killed"})');
    const at = last?.value ?? 0;
    const sessions = async (expression: string, seconds: number) =>
      (await query(expression, at + seconds)).filter(({ labels }) => labels["job"] === "killed");
    // Prometheus answers for a time to come from what it has now. The threshold's own series has to be there at that time.
    await arrived(
      () => query("threshold:mcp_telemetry_age_seconds:max"),
      (series) => series.length > 0,
    );
    expect(await sessions(rule, 149)).toMatchObject([{ value: 1 }]);
    expect(await sessions(rule, 151)).toEqual([]);
    expect(await sessions("mcp_active_sessions", 151)).toMatchObject([{ value: 1 }]);
  });
});

/** What the shipped recording rule asks. */
function expressionOf(record: string): string {
  const { groups } = parse(readFileSync(join(SHIPPED, "prometheus/rules/servers.yaml"), "utf8")) as {
    groups: { rules: { record: string; expr: string }[] }[];
  };
  return groups.flatMap(({ rules }) => rules).find((rule) => rule.record === record)?.expr ?? "";
}
