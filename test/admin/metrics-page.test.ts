import { spawnSync } from "node:child_process";
import { AggregationType } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { renderMetrics, type ExemplarOf } from "../../src/admin/metrics/metrics-page.ts";
import { parsePrometheusText } from "../support/prometheus-text.ts";
import { collect, recordOneOfEach } from "./collect.ts";

const TEXT = { openMetrics: false };
const OPEN_METRICS = { openMetrics: true };
const RESOURCE = {
  "service.name": "shop",
  "service.version": "1.2.0",
  "process.pid": 7,
  "host.ip": ["::1", "10.0.0.1"],
};

const slowCall: ExemplarOf = (metric, attributes, bound) =>
  metric === "mcp.tool.call.duration" && attributes["tool_name"] === "add" && bound === Infinity
    ? {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        value: 70,
        timestampSeconds: 1732300000.123,
      }
    : undefined;

test("one instrument of each kind, as Prometheus text", async () => {
  const page = renderMetrics(await collect(recordOneOfEach, { resource: RESOURCE }), TEXT);

  parsePrometheusText(page);
  await expect(page).toMatchFileSnapshot("golden/metrics.txt");
});

test("one instrument of each kind, as OpenMetrics with an exemplar", async () => {
  const collected = await collect(recordOneOfEach, { resource: RESOURCE });

  const page = renderMetrics(collected, { openMetrics: true, exemplarOf: slowCall });

  const families = parsePrometheusText(page, OPEN_METRICS);
  expect(families.flatMap(({ samples }) => samples).filter(({ exemplar }) => exemplar)).toHaveLength(1);
  await expect(page.replaceAll(/^(\w+_created\S*) .*$/gm, "$1 ~")).toMatchFileSnapshot(
    "golden/metrics.openmetrics.txt",
  );
});

test("OpenMetrics says since when a series counts", async () => {
  const before = Date.now() / 1000 - 0.001; // they are whole milliseconds
  const collected = await collect((meter) => {
    const ours = meter("mcp-otelkit");
    ours.createCounter("calls").add(1, { tool: "add" });
    ours.createHistogram("took").record(1);
    ours.createUpDownCounter("open").add(1);
    ours.createObservableGauge("heat").addCallback((result) => result.observe(20));
    // Its SDK says that it starts now, and it may have counted for days.
    ours.createObservableCounter("watched").addCallback((result) => result.observe(1000));
  });
  const after = Date.now() / 1000;

  const families = parsePrometheusText(renderMetrics(collected, OPEN_METRICS), OPEN_METRICS);

  const created = families.flatMap(({ samples }) => samples).filter(({ name }) => name.endsWith("_created"));
  expect(created).toMatchObject([
    { name: "calls_created", labels: { tool: "add" } },
    { name: "took_created", labels: {} },
  ]);
  for (const { value } of created) {
    expect(value).toBeGreaterThanOrEqual(before);
    expect(value).toBeLessThanOrEqual(after);
  }
});

test("both formats tell the same, but for that", async () => {
  const collected = await collect(recordOneOfEach, { resource: RESOURCE });
  const samplesOf = (page: string, options: typeof TEXT): unknown[] =>
    parsePrometheusText(page, options)
      .flatMap(({ samples }) => samples)
      .filter(({ name }) => !name.endsWith("_created"))
      .map(({ name, labels: { le, ...labels }, value }) => ({
        name,
        labels,
        value,
        ...(le && { le: Number(le) }),
      }));

  const [text, openMetrics] = [TEXT, OPEN_METRICS].map((options) =>
    samplesOf(renderMetrics(collected, options), options),
  );

  expect(text).toEqual(openMetrics);
});

const promtool = spawnSync("promtool", ["--version"]).status === 0;
if (!promtool)
  process.stderr.write(
    "promtool is not installed: `promtool check metrics` is SKIPPED (Debian: apt-get install prometheus)\n",
  );
test.skipIf(!promtool)("promtool reports nothing about mcp-otelkit's metrics", async () => {
  const collected = await collect((meter) => {
    const describedMeter = meter("mcp-otelkit");
    const options = { unit: "s", description: "Described" };
    describedMeter
      .createHistogram("mcp.server.operation.duration", options)
      .record(1, { "mcp.method.name": "tools/call" });
    describedMeter
      .createCounter("mcp.tool.calls", { ...options, unit: "{call}" })
      .add(1, { tool_name: "add" });
    describedMeter.createUpDownCounter("mcp.active_sessions", { ...options, unit: "{session}" }).add(1);
  });

  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: renderMetrics(collected, TEXT),
  });

  expect({ status, says: `${String(stdout)}${String(stderr)}`.trim() }).toEqual({ status: 0, says: "" });
});

test("nothing collected is an empty page, and in OpenMetrics its end", async () => {
  const collected = await collect(() => {});

  expect(renderMetrics(collected, TEXT)).toBe("");
  expect(renderMetrics(collected, OPEN_METRICS)).toBe("# EOF\n");
});

test("an exponential histogram gets ordinary buckets, at powers of two whatever its scale", async () => {
  const views = [
    { instrumentName: "*", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const },
  ];
  const pageOf = async (values: number[]): Promise<string> =>
    renderMetrics(
      await collect(
        (meter) => values.forEach((value) => meter("a").createHistogram("wait", { unit: "s" }).record(value)),
        { views },
      ),
      TEXT,
    );

  const [fine, coarse] = [await pageOf([0, 0.3, 0.3, 1.5]), await pageOf([0, 0.3, 0.3, 1.5, 1e300])];

  expect(fine).toBe(
    `${[
      "# TYPE wait_seconds histogram",
      'wait_seconds_bucket{le="0"} 1',
      'wait_seconds_bucket{le="0.5"} 3',
      'wait_seconds_bucket{le="1"} 3',
      'wait_seconds_bucket{le="2"} 4',
      'wait_seconds_bucket{le="+Inf"} 4',
      "wait_seconds_sum 2.1",
      "wait_seconds_count 4",
    ].join("\n")}\n`,
  );
  const [{ samples } = { samples: [] }] = parsePrometheusText(coarse);
  expect(samples.find(({ labels }) => labels["le"] === "+Inf")?.value).toBe(5);
});

test("a histogram of what may be negative has no sum and count in OpenMetrics, which forbids them", async () => {
  const collected = await collect((meter) =>
    meter("a")
      .createHistogram("x", { advice: { explicitBucketBoundaries: [-1, 1] } })
      .record(1),
  );

  const names = parsePrometheusText(renderMetrics(collected, OPEN_METRICS), OPEN_METRICS).flatMap(
    ({ samples }) => samples.map(({ name }) => name),
  );

  expect(names).toEqual(["x_bucket", "x_bucket", "x_bucket", "x_created"]);
  expect(renderMetrics(collected, TEXT)).toContain("\nx_sum 1\nx_count 1\n");
});

test("bounds are written the way OpenMetrics wants them", async () => {
  const bounds = [-5, 0, 0.00001, 0.0001, 0.25, 1, 123456, 1e6, 1234567, 1e21];
  const collected = await collect((meter) =>
    meter("a")
      .createHistogram("x", { advice: { explicitBucketBoundaries: bounds } })
      .record(1),
  );

  const [family] = parsePrometheusText(renderMetrics(collected, OPEN_METRICS), OPEN_METRICS);

  expect(family?.samples.map(({ labels }) => labels["le"]).filter(Boolean)).toEqual([
    "-5.0",
    "0.0",
    "1e-05",
    "0.0001",
    "0.25",
    "1.0",
    "123456.0",
    "1e+06",
    "1.234567e+06",
    "1e+21",
    "+Inf",
  ]);
});
