// Where log records go: as OTEL_LOGS_EXPORTER and its companions have it, on both lines of OpenTelemetry.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { home, installedPackage, type OtelLine } from "../support/homes.ts";
import { startOtlpReceiver, type OtlpReceiver } from "../support/otlp-receiver.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import type { SeenLog } from "../support/seen-log.ts";
import { exportingTo, runProgram, type Ended } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const NOBODY = "http://127.0.0.1:1";

/** The API that comes with each line. */
const APIS: readonly [line: OtelLine, api: string][] = [
  ["otel-2", "@opentelemetry/api-logs"],
  ["otel-3", "@opentelemetry/api"],
];

const sandboxes = new Map<OtelLine, Sandbox>();
beforeAll(async () => {
  for (const line of ["otel-2", "otel-3"] as const)
    sandboxes.set(line, await createSandbox("process", "sdk-v1-latest", line));
});
afterAll(() => sandboxes.forEach((sandbox) => sandbox.remove()));

describeVariants(APIS, {}, (line, api) => {
  it.each(["grpc", "http/protobuf", "http/json"])(
    "OTEL_EXPORTER_OTLP_PROTOCOL=%s delivers",
    async (protocol) => {
      const receiver = await collector();
      const url = protocol === "grpc" ? receiver.grpcUrl : receiver.url;

      const { stdout } = await runLogging(line, api, { ...exportingTo(url, protocol), ...LOGS });

      expect(stdout).toBe("");
      const [inside, outside] = theirs(receiver);
      const call = receiver.spans().find(({ kind, name }) => kind === "SERVER" && name === "tools/call work");
      expect(inside).toMatchObject({
        eventName: "widget.made",
        severityText: "INFO",
        severityNumber: 9,
        body: "a widget was made",
        attributes: { "widget.size": 3 },
        traceId: call?.traceId,
        spanId: call?.spanId,
        service: "widgets",
      });
      expect(outside).toMatchObject({ severityText: "WARN", body: { widgets: ["one"], left: 0 } });
      expect(outside).not.toHaveProperty("traceId");
      expect(theirs(receiver)).toHaveLength(2);
    },
  );

  it("OTEL_LOGS_EXPORTER=console,otlp prints a JSON object a line on stderr, and delivers as well", async () => {
    const receiver = await collector();

    const { stdout, stderr } = await runLogging(line, api, {
      ...exportingTo(receiver.url),
      ...LOGS,
      OTEL_LOGS_EXPORTER: "console,otlp",
    });

    expect(stdout).toBe("");
    const printed = stderr
      .split("\n")
      .filter((text) => text.startsWith('{"log":"application"'))
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    const [inside, outside] = theirs(receiver);
    expect(printed).toEqual([
      {
        log: "application",
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        severityText: "INFO",
        severityNumber: 9,
        eventName: "widget.made",
        body: "a widget was made",
        traceId: inside?.traceId,
        spanId: inside?.spanId,
        attributes: { "widget.size": 3 },
      },
      expect.objectContaining({ severityText: "WARN", body: outside?.body }),
    ]);
  });

  it("OTEL_LOGS_EXPORTER=none sends nothing", async () => {
    const receiver = await collector();

    const { stdout, stderr } = await runLogging(line, api, exportingTo(receiver.url));

    expect(receiver.logs()).toEqual([]);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^mcp-otelkit: .*; traces go to http\S+ \(OTEL_EXPORTER_OTLP_ENDPOINT, .*\)\n$/);
  });

  it("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE, and an endpoint and protocol of their own", async () => {
    const [receiver, other] = [await collector(), await collector()];

    const { stderr } = await runLogging(line, api, {
      ...exportingTo(receiver.url),
      ...LOGS,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${other.url}/v1/logs`,
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
      OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: "1",
    });

    expect(receiver.logs()).toEqual([]);
    expect(theirs(other)).toHaveLength(2);
    expect(stderr).toContain(
      `; traces go to ${receiver.url} (OTEL_EXPORTER_OTLP_ENDPOINT, http/protobuf); ` +
        `logs go to ${other.url} (OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, http/json)\n`,
    );
  });
});

it("on the 3.x line, what libraries of the 2.x line log goes the same way", async () => {
  const receiver = await collector();
  const theirApi = createRequire(join(await home("otel-2"), "anyone.js")).resolve("@opentelemetry/api-logs");

  await runLogging("otel-3", pathToFileURL(theirApi).href, {
    ...exportingTo(receiver.url),
    ...LOGS,
    LOGS_LATE: "on",
  });

  const [call] = receiver.spans().filter(({ name, kind }) => kind === "SERVER" && name === "tools/call work");
  expect(theirs(receiver).map(({ body, spanId }) => ({ body, spanId }))).toEqual([
    { body: "a widget was made", spanId: call?.spanId },
    { body: { widgets: ["one"], left: 0 }, spanId: undefined },
  ]);
});

it("a collector that is not there is told of once, whatever the number of signals", async () => {
  const { stderr, code } = await runLogging("otel-2", "@opentelemetry/api-logs", {
    OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY,
    OTEL_LOGS_EXPORTER: "otlp",
  });

  expect(stderr.match(/cannot deliver/g)).toHaveLength(1);
  expect(code).toBe(0);
});

it.each([
  ["all in one place", {}, `telemetry goes to ${NOBODY} (OTEL_EXPORTER_OTLP_ENDPOINT, http/protobuf)`],
  [
    "one of them elsewhere",
    { OTEL_LOGS_EXPORTER: "console" },
    `traces and metrics go to ${NOBODY} (OTEL_EXPORTER_OTLP_ENDPOINT, http/protobuf); logs go to stderr`,
  ],
  [
    "metrics for scrapers",
    { OTEL_METRICS_EXPORTER: "prometheus" },
    `traces and logs go to ${NOBODY} (OTEL_EXPORTER_OTLP_ENDPOINT, http/protobuf)`,
  ],
  [
    "nowhere",
    { OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" },
    "nothing is sent (OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER)",
  ],
])("the start-up line says where telemetry goes: %s", async (_what, env, says) => {
  const { stderr } = await runLogging("otel-2", "@opentelemetry/api-logs", {
    OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY,
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    ...env,
  });

  const [line = ""] = stderr.split("\n").filter((text) => text.includes(", instrumented "));
  expect(line.replace(/; health.*/, "")).toMatch(/\(esm\); /);
  expect(line.replace(/; health.*/, "").split("(esm); ")[1]).toBe(says);
});

const LOGS = { OTEL_LOGS_EXPORTER: "otlp" };

async function runLogging(line: OtelLine, api: string, env: Record<string, string>): Promise<Ended> {
  return runProgram(["--import", await installedPackage(line), "logs.mjs"], {
    cwd: sandboxes.get(line)?.folder ?? "",
    env: { LOGS_API: api, OTEL_SERVICE_NAME: "widgets", ...env },
  });
}

async function collector(): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}

/** Those of the application, in the order of its statements; ours are another test's. */
function theirs(receiver: OtlpReceiver): SeenLog[] {
  return receiver
    .logs()
    .filter(({ scope }) => scope === "application")
    .toSorted((a, b) => Number(a.timeNs - b.timeNs));
}
