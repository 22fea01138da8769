// What is said on stderr and told to a collector is so: one mistake stops one thing, and what has a name is called by it.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startOtlpReceiver, type OtlpReceiver } from "../support/otlp-receiver.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { exportingTo, PRELOAD, runProgram, traceProgram } from "./program.ts";

/** By its place: the program runs elsewhere. */
const REGISTER = new URL("../../dist/register.js", import.meta.url).href;

let receiver: OtlpReceiver;
let sandbox: Sandbox;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  return () => receiver.close();
});
beforeAll(async () => {
  sandbox = await createSandbox("process", "sdk-v1-latest");
});
afterAll(() => sandbox.remove());

it("an endpoint without a scheme stops what goes there, and the console has its spans", async () => {
  const { stderr, code } = await runProgram([...PRELOAD, "v1.mjs"], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318", OTEL_TRACES_EXPORTER: "otlp,console" },
  });

  expect(code).toBe(0);
  expect(stderr).toMatch(
    /OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4318 is not .* URL: traces cannot be sent there; /,
  );
  expect(stderr).toMatch(/^\{"name":"tools\/call add"/m);
  expect(stderr).not.toContain("no telemetry");
});

it("a variable that is misspelt is named, with the one that was meant", async () => {
  const { stderr } = await runProgram([...PRELOAD, "v1.mjs"], {
    env: {
      OTEL_TRACES_EXPORTER: "none",
      OTEL_INSTRUMENTATION_MCP_CAPTUER: "all",
      OTEL_INSTRUMENTATION_MCP_FLUSHONEXIT: "off",
      OTEL_INSTRUMENTATION_MCP_SOMETHING_ELSE: "1",
    },
  });

  const lines = stderr.split("\n").filter((line) => line.includes("is no variable"));
  expect(lines).toEqual([
    expect.stringContaining("did you mean OTEL_INSTRUMENTATION_MCP_CAPTURE?"),
    expect.stringContaining("did you mean OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT?"),
    expect.stringContaining("README lists those there are"),
  ]);
});

it("a service that has no name is called as its MCP server is, in every signal, and the first line says so", async () => {
  const { stderr } = await runProgram([...PRELOAD, "v1.mjs"], {
    env: {
      ...exportingTo(receiver.url, "http/json"),
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "otlp",
    },
  });

  expect(stderr).toMatch(/instrumented .*; service\.name is "server", the MCP server's own/);
  const names = [...receiver.spans(), ...receiver.metrics()].map((one) =>
    "service" in one ? one.service : "",
  );
  expect(new Set(names)).toEqual(new Set(["server"]));
});

it("the name that an operator gives is the name", async () => {
  for (const env of [{ OTEL_SERVICE_NAME: "mine" }, { OTEL_RESOURCE_ATTRIBUTES: "service.name=mine" }]) {
    const { stderr, spans } = await traceProgram([...PRELOAD, "v1.mjs"], { env });
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(["mine"]));
    expect(stderr).not.toContain("service.name");
  }
});

it("requests of our exporters are not measured as the application's", async () => {
  await runProgram([...PRELOAD, "ends.mjs", "late"], {
    env: {
      ...exportingTo(receiver.url, "http/json"),
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_METRIC_EXPORT_INTERVAL: "50",
      OTEL_BSP_SCHEDULE_DELAY: "10",
    },
  });

  const names = receiver.metrics().map(({ name }) => name);
  expect(receiver.spans().length).toBeGreaterThan(0);
  expect(names).toContain("mcp.tool.calls");
  expect(names).not.toContain("http.client.request.duration");
});

it("a tool that has not been called has a zero, and counters start before they are exported", async () => {
  await runProgram([...PRELOAD, "v1.mjs"], {
    env: { ...exportingTo(receiver.url, "http/json"), OTEL_METRICS_EXPORTER: "otlp" },
  });

  const points = receiver
    .metrics()
    .flatMap(({ name, sum }) => (name === "mcp.tool.calls" ? (sum?.dataPoints ?? []) : []));
  expect(points.map(({ asDouble, asInt }) => Number(asDouble ?? asInt))).toEqual([1, 0]);
  for (const point of points as unknown as { startTimeUnixNano: string; timeUnixNano: string }[])
    expect(BigInt(point.startTimeUnixNano)).toBeLessThan(BigInt(point.timeUnixNano));
});

it("what a tool call has counted arrives although the process exits at once", async () => {
  const { code } = await runProgram([...PRELOAD, "ends.mjs", "exits at once"], {
    env: { ...exportingTo(receiver.url, "http/json"), OTEL_METRICS_EXPORTER: "otlp" },
  });

  expect(code).toBe(0);
  const points = receiver
    .metrics()
    .flatMap(({ name, sum }) => (name === "mcp.tool.calls" ? (sum?.dataPoints ?? []) : []));
  expect(Math.max(...points.map(({ asDouble, asInt }) => Number(asDouble ?? asInt)))).toBe(1);
});

it("where require() has loaded ECMAScript modules that cannot be watched, nobody says that there was no SDK", async () => {
  writeFileSync(sandbox.path("by-require.cjs"), `require("./imports.mjs");`);
  writeFileSync(
    sandbox.path("imports.mjs"),
    `import { Client } from "@modelcontextprotocol/sdk/client/index.js"; export const name = Client.name;`,
  );
  const { stderr, code } = await traceProgram(["--import", REGISTER, "by-require.cjs"], {
    cwd: sandbox.folder,
  });

  expect(code).toBe(0);
  // Where Node has synchronous hooks, the SDK is seen and this says so.
  expect(stderr).toMatch(/require\(\) has loaded ECMAScript modules|instrumented @modelcontextprotocol/);
  expect(stderr).not.toMatch(/no MCP SDK was loaded/);
});
