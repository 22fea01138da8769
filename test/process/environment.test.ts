// The standard variables mean what OpenTelemetry's specification says, on both lines.
import { afterAll, beforeAll, expect, it } from "vitest";
import { installedPackage, type OtelLine } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { exportingTo, PRELOAD, runProgram, traceProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const SAID = "2 + 3 = 5\n";

describeVariants<[OtelLine]>([["otel-2"], ["otel-3"]], { concurrent: true }, (line) => {
  let sandbox: Sandbox;
  let preload: string[];
  beforeAll(async () => {
    sandbox = await createSandbox("process", "sdk-v1-latest");
    preload = ["--import", await installedPackage(line)];
  });
  afterAll(() => sandbox.remove());

  const trace = (program: string, env: Record<string, string>) =>
    traceProgram([...preload, program], { cwd: sandbox.folder, env });

  it.each(["grpc", "http/protobuf", "http/json"])(
    "OTEL_EXPORTER_OTLP_PROTOCOL=%s delivers",
    async (protocol) => {
      const receiver = await startOtlpReceiver();
      const env = exportingTo(protocol === "grpc" ? receiver.grpcUrl : receiver.url, protocol);
      try {
        const { stdout } = await runProgram([...preload, "v1.mjs"], { cwd: sandbox.folder, env });

        expect(stdout).toBe(SAID);
        expect(chainsOf(receiver.spans())).toEqual(CONVERSATION);
        expect(receiver.deliveries()).toEqual([expect.objectContaining({ protocol, spans: 6 })]);
      } finally {
        await receiver.close();
      }
    },
  );

  it("resource, limits, batches and headers", async () => {
    const { spans, deliveries } = await trace("v1.mjs", {
      OTEL_SERVICE_NAME: "weather",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.version=1.2.3",
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "2",
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "5",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "1",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=open%20sesame",
    });

    expect(chainsOf(spans)).toEqual(CONVERSATION);
    const resource = {
      "deployment.environment.name": "test",
      "service.version": "1.2.3",
      "telemetry.sdk.language": "nodejs",
    };
    for (const span of spans) {
      expect(span).toMatchObject({ service: "weather", resource });
      expect(Object.keys(span.attributes)).toHaveLength(2);
      expect(span.attributes).toHaveProperty(["mcp.method.name"]); // required, so it is among the first
      for (const value of Object.values(span.attributes)) expect(String(value).length).toBeLessThanOrEqual(5);
    }
    expect(deliveries).toHaveLength(6);
    for (const delivery of deliveries)
      expect(delivery).toMatchObject({ spans: 1, headers: { "x-key": "open sesame" } });
  });

  it("OTEL_PROPAGATORS=b3 decides what travels in _meta", async () => {
    const { stdout, spans } = await trace("meta.mjs", { OTEL_PROPAGATORS: "b3" });

    const call = spans.find(({ kind, name }) => kind === "CLIENT" && name === "tools/call meta");
    expect(JSON.parse(stdout)).toEqual({ b3: `${call?.traceId}-${call?.spanId}-1` });
    expect(chainsOf(spans)).toContain("CLIENT tools/call meta > SERVER tools/call meta");
  });

  it("OTEL_TRACES_SAMPLER=always_off records nothing, and tells the other side", async () => {
    const { stdout, spans } = await trace("meta.mjs", { OTEL_TRACES_SAMPLER: "always_off" });

    expect(spans).toEqual([]);
    expect(stdout).toMatch(/^\{"traceparent":"00-[0-9a-f]{32}-[0-9a-f]{16}-00"\}$/);
  });
});

it.concurrent.each([{ OTEL_SDK_DISABLED: "true" }, { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "mcp" }])(
  "%o: as if we were not there",
  async (env) => {
    const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "meta.mjs"], { env });

    expect({ stdout, stderr, spans }).toEqual({ stdout: "{}", stderr: "", spans: [] });
  },
);

it.concurrent("OTEL_TRACES_EXPORTER=none sends nothing", async () => {
  const { stdout, stderr, deliveries } = await traceProgram([...PRELOAD, "v1.mjs"], {
    env: { OTEL_TRACES_EXPORTER: "none" },
  });

  expect(stdout).toBe(SAID);
  expect(stderr).toMatch(/; nothing is sent \(OTEL_TRACES_EXPORTER, .*\)\n$/);
  expect(deliveries).toEqual([]);
});

it.concurrent("OTEL_TRACES_EXPORTER=console,otlp prints on stderr and delivers as well", async () => {
  const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "v1.mjs"], {
    env: { OTEL_TRACES_EXPORTER: "console,otlp" },
  });

  expect(stdout).toBe(SAID);
  const printed = stderr.split("\n").filter((text) => text.startsWith("{"));
  const ids = (list: readonly { spanId: string; name: string }[]) =>
    list.map(({ spanId, name }) => `${spanId} ${name}`).toSorted();
  expect(ids(printed.map((text) => JSON.parse(text) as { spanId: string; name: string }))).toEqual(
    ids(spans),
  );
  expect(chainsOf(spans)).toEqual(CONVERSATION);
});
