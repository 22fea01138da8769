import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import { afterEach, expect, test, vi } from "vitest";
import { startOtlpReceiver, type OtlpReceiver } from "./otlp-receiver.ts";
import { fromReadableSpan } from "./seen-span.ts";

const toClose: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(toClose.splice(0).map((close) => close()));
});

interface Way {
  protocol: string;
  compression: "none" | "gzip";
  exporter: (receiver: OtlpReceiver) => SpanExporter;
}

const WAYS: Way[] = [
  {
    protocol: "http/json",
    compression: "none",
    exporter: ({ url }) => new JsonExporter({ url: `${url}/v1/traces` }),
  },
  {
    protocol: "http/protobuf",
    compression: "none",
    exporter: ({ url }) => new ProtoExporter({ url: `${url}/v1/traces` }),
  },
  {
    protocol: "http/protobuf",
    compression: "gzip",
    exporter: ({ url }) => new ProtoExporter({ url: `${url}/v1/traces` }),
  },
  { protocol: "grpc", compression: "none", exporter: ({ grpcUrl }) => new GrpcExporter({ url: grpcUrl }) },
  { protocol: "grpc", compression: "gzip", exporter: ({ grpcUrl }) => new GrpcExporter({ url: grpcUrl }) },
];

test.each(WAYS)(
  "a span sent over $protocol ($compression) is received unchanged",
  async ({ protocol, compression, exporter }) => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", compression);
    const receiver = await startOtlpReceiver();
    const memory = new InMemorySpanExporter();
    const provider = new TracerProvider({
      spanProcessors: [memory, exporter(receiver)].map((to) => new SimpleSpanProcessor({ exporter: to })),
    });
    toClose.push(() => provider.shutdown(), receiver.close);

    const tracer = provider.getTracer("a-scope", "1.2.3");
    const linked = tracer.startSpan("linked");
    const attributes = {
      text: "é",
      whole: 3,
      negative: -4,
      part: 0.5,
      yes: true,
      list: ["a", "b"],
      empty: "",
    };
    const span = tracer.startSpan("work", {
      kind: SpanKind.CLIENT,
      attributes,
      links: [{ context: linked.spanContext() }],
    });
    span.addEvent("happened", { step: 1 });
    span.setStatus({ code: SpanStatusCode.ERROR, message: "went wrong" });
    span.end();

    const [seen] = await receiver.waitFor((spans) => spans.length === 1);
    const [made] = memory.getFinishedSpans().map(fromReadableSpan);
    expect(seen).toEqual(made);
    expect(seen).toMatchObject({
      kind: "CLIENT",
      attributes,
      scope: "a-scope",
      status: { code: "ERROR", message: "went wrong" },
    });
    expect(receiver.deliveries()).toMatchObject([{ protocol, spans: 1 }]);
  },
);

test("waiting in vain says what was there", async () => {
  const receiver = await startOtlpReceiver();
  toClose.push(receiver.close);

  await expect(receiver.waitFor((spans) => spans.length > 0, 20)).rejects.toThrow("none arrived at all");
});

test("metrics and logs are thanked for, other paths are not", async () => {
  const receiver = await startOtlpReceiver();
  toClose.push(receiver.close);
  const post = async (path: string) => {
    const headers = { "content-type": "application/json" };
    return (await fetch(`${receiver.url}${path}`, { method: "POST", headers, body: "{}" })).status;
  };

  expect(await Promise.all(["/v1/metrics", "/v1/logs", "/v1/traces", "/v2/traces"].map(post))).toEqual([
    200, 200, 200, 400,
  ]);
});
