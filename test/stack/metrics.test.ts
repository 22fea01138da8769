import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageOf } from "../support/page.ts";
import { arrived, exemplarsInPrometheus, queryPrometheus, traceInJaeger } from "./ask.ts";
import { startCast, type Cast } from "./cast.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";

/** The labels that Prometheus adds to every series, from the resource attributes that the shipped configuration promotes. */
const ADDED =
  /^(__name__|job|instance|service_(name|namespace|version|instance_id)|deployment_environment_name)$/;

/** The contract, as users read it: names and labels. */
const CONTRACT = contract(readFileSync(new URL("../../README.md", import.meta.url), "utf8"));

describe("metrics, in Prometheus", NEEDS_SERVERS, () => {
  const stack = givenStack();
  const query = (text: string) => queryPrometheus(stack().prometheus.url, text);

  describe("of processes that push", () => {
    let cast: Cast;
    beforeAll(async () => {
      cast = await startCast(stack().collector.http);
      await cast.hostDoes("/variety");
    });
    afterAll(() => cast?.stop());

    it.each(["host", "weather"] as const)(
      "have the names and labels of the /metrics page of %s",
      async (service) => {
        const onPage = async () => seriesOfPage(await textOf(`${await cast.page(service)}/metrics`));
        const stored = async () =>
          (await query(`{job="${service}",__name__!="target_info"}`)).map(({ labels }) =>
            seriesName(labels["__name__"] ?? "", labels),
          );

        // Asked until both agree: a series that has just been born is on the page first.
        const different = await arrived(
          async () => {
            const [page, store] = [new Set(await onPage()), new Set(await stored())];
            return [...page, ...store].filter((series) => page.has(series) !== store.has(series));
          },
          ({ length }) => length === 0,
        );

        expect(different).toEqual([]);
      },
    );

    it("have the values of that page", async () => {
      const selected = 'mcp_tool_calls_total{job="weather",tool_name="forecast"}';
      const page = pageOf(await textOf(`${await cast.page("weather")}/metrics`));

      const stored = await arrived(
        () => query(selected),
        (series) => series.length > 0,
      );

      // A call that failed is at zero before there is one.
      const byStatus = (series: readonly { labels: Readonly<Record<string, string>>; value: number }[]) =>
        Object.fromEntries(series.map(({ labels, value }) => [labels["status"] ?? "", value]));
      expect(byStatus(stored)).toEqual({ success: 1, error: 0 });
      expect(byStatus(page.samples("mcp_tool_calls_total", { tool_name: "forecast" }))).toEqual(
        byStatus(stored),
      );
    });

    it("are joined to what is known of the process by target_info", async () => {
      const join =
        'mcp_tool_calls_total{tool_name="forecast",status="success"} * on (job, instance) group_left (process_pid) target_info';

      const joined = await arrived(
        () => query(join),
        (series) => series.length > 0,
      );

      expect(joined).toMatchObject([{ labels: { job: "weather" }, value: 1 }]);
      expect(joined[0]?.labels["process_pid"]).toMatch(/^\d+$/);
    });
  });

  it("are all those of the contract, once every process has ended and said its last", async () => {
    const cast = await startCast(stack().collector.http);
    await cast.plan("Graz");
    await cast.hostDoes("/variety");

    await cast.stop();

    const missing = await arrived(
      async () => {
        const names = new Set((await query('count by (__name__) ({job=~"host|weather|local"})')).map(nameOf));
        return CONTRACT.map(({ name }) => name).filter(
          (name) => !names.has(name) && !names.has(`${name}_count`),
        );
      },
      ({ length }) => length === 0,
    );
    expect(missing).toEqual([]);
    for (const { name, labels } of CONTRACT) {
      const [series] = await query(`group by (__name__) ({__name__=~"${name}(_count)?"})`);
      expect(series, name).toBeDefined();
      const allowed = new Set([...labels, "le"]);
      const all = await query(`{__name__=~"${name}(_count|_bucket|_sum)?"}`);
      const others = all
        .flatMap(({ labels: has }) => Object.keys(has))
        .filter((label) => !ADDED.test(label) && !allowed.has(label));
      expect(others, name).toEqual([]);
    }
  });

  it("lead to a trace that Jaeger has, by the exemplars of a process that is scraped", async () => {
    // OpenTelemetry's JavaScript SDK sends no exemplars, so they come from the process's own page, and such a process does not push.
    const cast = await startCast(
      stack().collector.http,
      {},
      { weather: { OTEL_METRICS_EXPORTER: "prometheus" } },
    );
    const labels = { job: "scraped-weather" };
    const target = new URL(await cast.page("weather")).host;
    stack().prometheus.scrape("mcp-servers", [{ targets: [target], labels }]);
    const id = await cast.plan("Graz");

    const exemplars = await arrived(
      () =>
        exemplarsInPrometheus(
          stack().prometheus.url,
          'mcp_server_operation_duration_seconds_bucket{job="scraped-weather",gen_ai_tool_name="forecast"}',
        ),
      (seen) => seen.length > 0,
    );

    const [exemplar] = exemplars;
    expect(exemplar?.labels["trace_id"]).toBe(id);
    const spans = await arrived(
      () => traceInJaeger(stack().jaeger.url, exemplar?.labels["trace_id"] ?? ""),
      (seen) => seen.some(({ spanId }) => spanId === exemplar?.labels["span_id"]),
    );
    expect(spans.find(({ spanId }) => spanId === exemplar?.labels["span_id"])).toMatchObject({
      kind: "SERVER",
      name: "tools/call forecast",
      service: "weather",
    });
    await cast.stop();
  });

  it("of two replicas stay apart, and add up", { tags: ["long"] }, async () => {
    const names = { weather: { OTEL_SERVICE_NAME: "replicated" } };
    const casts = [
      await startCast(stack().collector.http, {}, names),
      await startCast(stack().collector.http, {}, names),
    ];
    for (const [index, cast] of casts.entries())
      for (let call = 0; call <= index; call += 1) await cast.plan("Graz");

    const selected = 'mcp_tool_calls_total{job="replicated",tool_name="forecast",status="success"}';
    const series = await arrived(
      () => query(selected),
      (seen) => seen.reduce((sum, { value }) => sum + value, 0) === 3,
    );

    expect(new Set(series.map(({ value }) => value))).toEqual(new Set([1, 2]));
    expect(new Set(series.map(({ labels }) => labels["instance"])).size).toBe(2);
    const refused = pageOf(await textOf(stack().collector.telemetry)).samples(
      "otelcol_exporter_send_failed_metric_points_total",
    );
    expect(refused.filter(({ value }) => value > 0)).toEqual([]);
    for (const cast of casts) await cast.stop();
  });
});

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

function nameOf({ labels }: { labels: Readonly<Record<string, string>> }): string {
  return labels["__name__"] ?? "";
}

function seriesOfPage(text: string): string[] {
  return pageOf(text)
    .families.flatMap(({ samples }) => samples)
    .filter(({ name }) => name !== "target_info")
    .map(({ name, labels }) => seriesName(name, labels));
}

/** One line for a series, the same for the page and for Prometheus; `le` is a number, and written in two ways. */
function seriesName(name: string, labels: Readonly<Record<string, string>>): string {
  const told = Object.entries(labels)
    .filter(([label]) => !ADDED.test(label))
    .map(
      ([label, value]) => `${label}="${label === "le" ? Number(value.replace("+Inf", "Infinity")) : value}"`,
    );
  return `${name}{${told.toSorted().join(",")}}`;
}

function contract(readme: string): { name: string; labels: string[] }[] {
  const [, table = ""] = /<!-- table: metrics -->([^]*?)<!-- \/table -->/.exec(readme) ?? [];
  const words = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  return table.split("\n").flatMap((row) => {
    const [, , names, labels] = row.split("|");
    return words(names).map((name) => ({ name, labels: words(labels) }));
  });
}
