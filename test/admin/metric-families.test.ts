import { AggregationTemporality } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { renderMetrics } from "../../src/admin/metrics/metrics-page.ts";
import { parsePrometheusText } from "../support/prometheus-text.ts";
import { collect } from "./collect.ts";

const TEXT = { openMetrics: false };
const OPEN_METRICS = { openMetrics: true };

test("what two scopes measure under one name is added up", async () => {
  const page = renderMetrics(
    await collect((meter) => {
      for (const scope of ["a", "b"]) {
        meter(scope).createCounter("hits").add(2, { path: "/" });
        meter(scope).createUpDownCounter("open").add(1);
        meter(scope)
          .createHistogram("wait", { advice: { explicitBucketBoundaries: [1, 2] } })
          .record(1.5);
      }
    }),
    TEXT,
  );

  expect(page).toBe(
    `${[
      "# TYPE hits_total counter",
      'hits_total{path="/"} 4',
      "# TYPE open gauge",
      "open 2",
      "# TYPE wait histogram",
      'wait_bucket{le="1"} 0',
      'wait_bucket{le="2"} 2',
      'wait_bucket{le="+Inf"} 2',
      "wait_sum 3",
      "wait_count 2",
    ].join("\n")}\n`,
  );
});

test("series that cannot be added up keep the first value, and the page says so", async () => {
  const page = renderMetrics(
    await collect((meter) => {
      meter("a").createGauge("temperature", { unit: "Cel" }).record(20);
      meter("b").createGauge("temperature", { unit: "Cel" }).record(30);
      meter("a")
        .createHistogram("wait", { advice: { explicitBucketBoundaries: [1] } })
        .record(1);
      meter("b")
        .createHistogram("wait", { advice: { explicitBucketBoundaries: [2] } })
        .record(1);
    }),
    TEXT,
  );

  parsePrometheusText(page);
  expect(page).toContain("\ntemperature_celsius 20\n");
  expect(page).toContain("\nwait_count 1\n");
  expect(page.split("\n").filter((line) => line.startsWith("# not shown"))).toEqual([
    '# not shown: "temperature" has 1 series with the same labels as others of temperature_celsius, which cannot be added up',
    '# not shown: "wait" has 1 series with the same labels as others of wait, which cannot be added up',
  ]);
});

test("of two types under one name the first is shown, and the page names the other", async () => {
  const collected = await collect((meter) => {
    meter("a").createCounter("jobs.total").add(1);
    meter("b").createGauge("jobs_total").record(7);
  });

  expect(renderMetrics(collected, TEXT)).toBe(
    '# TYPE jobs_total counter\njobs_total 1\n# not shown: "jobs_total" is a gauge and would be jobs_total, which is a counter already\n',
  );
  expect(renderMetrics(collected, OPEN_METRICS)).toMatch(
    /^# TYPE jobs counter\njobs_total 1\njobs_created [\d.]+\n# EOF\n$/,
  );
});

test("a name that is taken by a line of another metric is left out", async () => {
  const collected = await collect((meter) => {
    meter("a").createGauge("wait.count").record(7);
    meter("a").createHistogram("wait").record(1);
    meter("a").createGauge("jobs").record(7);
    meter("a").createCounter("jobs").add(1);
  });

  const text = renderMetrics(collected, TEXT);
  const openMetrics = renderMetrics(collected, OPEN_METRICS);

  expect(parsePrometheusText(text).map(({ name }) => name)).toEqual(["jobs", "jobs_total", "wait"]);
  expect(text).toContain(
    "# not shown: wait_count is left out: wait_count is the name of another metric already",
  );
  expect(parsePrometheusText(openMetrics, OPEN_METRICS).map(({ name }) => name)).toEqual(["jobs", "wait"]);
});

test("delta temporality, nameless and unknown metrics are left out, and failing callbacks counted, not quoted", async () => {
  const delta = await collect((meter) => meter("a").createCounter("hits").add(1), {
    temporality: AggregationTemporality.DELTA,
  });
  const descriptor = { name: "数", description: "", unit: "" };
  const odd = [2, 99].map((dataPointType) => ({
    descriptor,
    dataPointType,
    aggregationTemporality: 1,
    dataPoints: [],
  }));

  const page = renderMetrics(
    {
      resourceMetrics: {
        resource: { attributes: {} },
        scopeMetrics: [...delta.resourceMetrics.scopeMetrics, { metrics: odd }],
      },
      errors: [new Error("postgres://admin:hunter2@db")],
    },
    TEXT,
  );

  expect(page).toBe(
    `${[
      '# not shown: "hits" has delta temporality',
      '# not shown: "数" has no letter or digit that a name could be made of',
      '# not shown: "数" is of a kind that is not known here',
      "# not shown: 1 observable instruments could not be read",
    ].join("\n")}\n`,
  );
});

test("a command line does not reach the page, for it may hold a password", async () => {
  const resource = {
    "service.name": "shop",
    "process.command_args": ["node", "--key=hunter2"],
    "process.command_line": "hunter2",
  };

  const page = renderMetrics(await collect(() => {}, { resource }), TEXT);

  expect(page).toBe(
    '# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info{service_name="shop"} 1\n',
  );
});

test("labels that come to nothing, or to the same bytes, do not make a series twice", async () => {
  const page = renderMetrics(
    await collect((meter) => {
      const hits = meter("a").createCounter("hits");
      for (const tool of ["\ud800", "\udbff"]) hits.add(1, { tool });
      for (const nothing of ["", undefined]) hits.add(1, { nothing });
      hits.add(1, { le: "fine here", __name__: "not here" });
      meter("a").createHistogram("wait").record(1, { le: "not here" });
    }),
    TEXT,
  );

  const [hits] = parsePrometheusText(Buffer.from(page).toString());
  expect(hits?.samples.map(({ labels, value }) => ({ labels, value }))).toEqual([
    { labels: { tool: "\ufffd" }, value: 2 },
    { labels: {}, value: 2 },
    { labels: { le: "fine here" }, value: 1 },
  ]);
  expect(page).toContain("\nwait_count 1\n");
});
