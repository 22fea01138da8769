// No API shows where an SDK delivers: the search finds it in the real exporters of each line, and nowhere else.
import { createRequire } from "node:module";
import { join } from "node:path";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  TracerProvider,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";
import { deliversTo } from "../../src/runtime/api/delivers-to.ts";
import { home } from "../support/homes.ts";

const HERE = "http://collector.example:4318";

const providerOf = (...exporters: SpanExporter[]) =>
  new TracerProvider({ spanProcessors: exporters.map((exporter) => new BatchSpanProcessor({ exporter })) });

describe("an SDK delivers to an endpoint", () => {
  it.each([
    ["with a path", new JsonExporter({ url: `${HERE}/v1/traces` }), HERE],
    ["whose environment has a slash", new JsonExporter({ url: `${HERE}/v1/traces` }), `${HERE}/`],
    ["on https", new JsonExporter({ url: "https://in.example/v1/traces" }), "https://in.example:443"],
    ["by gRPC", new GrpcExporter({ url: "http://collector.example:4317" }), "http://collector.example:4317"],
    [
      "by gRPC, without a scheme",
      new GrpcExporter({ url: "http://collector.example:4317" }),
      "collector.example:4317",
    ],
  ])("%s", (_what, exporter, endpoint) => {
    expect(deliversTo(providerOf(exporter), endpoint)).toBe(true);
  });

  it("not where neither address can be read", () => {
    const lost = { _exporter: { _config: { url: "not a url%%" } } };

    expect(deliversTo(lost, "http://[bad")).toBe(false);
  });

  it("by the second of its processors", () => {
    const vendor = new JsonExporter({ url: "https://vendor.example/v1/traces" });
    const own = new JsonExporter({ url: `${HERE}/v1/traces` });
    const provider = new TracerProvider({
      spanProcessors: [
        new SimpleSpanProcessor({ exporter: vendor }),
        new BatchSpanProcessor({ exporter: own }),
      ],
    });
    expect(deliversTo(provider, HERE)).toBe(true);
  });

  it("with metrics", () => {
    const exporter = new OTLPMetricExporter({ url: `${HERE}/v1/metrics` });
    const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
    expect(deliversTo(provider, HERE)).toBe(true);
  });

  it("in the 2.x line", async () => {
    type Make = new (options: unknown) => object;
    const load = createRequire(join(await home("otel-2"), "package.json"));
    const loadBeside = createRequire(load.resolve("@opentelemetry/sdk-node"));
    const { NodeTracerProvider, BatchSpanProcessor: Batch } = load("@opentelemetry/sdk-trace-node") as {
      readonly NodeTracerProvider: Make;
      readonly BatchSpanProcessor: Make;
    };
    const { OTLPTraceExporter } = loadBeside("@opentelemetry/exporter-trace-otlp-proto") as {
      readonly OTLPTraceExporter: Make;
    };
    const exporter = new OTLPTraceExporter({ url: `${HERE}/v1/traces` });
    const provider = new NodeTracerProvider({ spanProcessors: [new Batch(exporter)] });
    expect(deliversTo(provider, HERE)).toBe(true);
  });

  it("in the shape of the 1.x line", () => {
    const exporter = { url: `${HERE}/v1/traces`, headers: {} };
    const provider = { _registeredSpanProcessors: [{ _exporter: exporter, _finishedSpans: [] }] };
    expect(deliversTo(provider, HERE)).toBe(true);
  });
});

describe("it does not", () => {
  it("where its exporter has another address, or there is none", () => {
    expect(deliversTo(providerOf(new JsonExporter({ url: "https://vendor.example/" })), HERE)).toBe(false);
    expect(deliversTo(providerOf(new JsonExporter({ url: "http://collector.example:4319/" })), HERE)).toBe(
      false,
    );
    expect(deliversTo(providerOf(), HERE)).toBe(false);
    for (const nothing of [undefined, null, 7, "provider"]) expect(deliversTo(nothing, HERE)).toBe(false);
  });

  it("because its resource or its options speak of it", () => {
    const resource = resourceFromAttributes({ url: `${HERE}/`, "process.command_args": [HERE] });
    expect(deliversTo(new TracerProvider({ resource }), HERE)).toBe(false);
  });

  it("and no getter of a vendor's is read", () => {
    let read = 0;
    const vendor = {
      get exporter() {
        read += 1;
        return {};
      },
    };
    expect(deliversTo({ processor: vendor }, HERE)).toBe(false);
    expect(read).toBe(0);
  });

  it("and what refers to itself, or is enormous, takes no time", () => {
    const circle: Record<string, unknown> = {};
    circle["processor"] = circle;
    const wide = Array.from({ length: 100_000 }, () => ({ exporter: {} }));
    expect([deliversTo(circle, HERE), deliversTo({ processors: wide }, HERE)]).toEqual([false, false]);
  });
});
