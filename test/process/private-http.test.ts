// Spans of OpenTelemetry's HTTP instrumentations, as mcp-otelkit sets them up: what a user wrote stays in the
// process.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { installedPackage, nodeBinary, type NodeMajor, type OtelLine } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { exportingTo, runProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox("process", "sdk-v1-latest");
});
afterAll(() => sandbox.remove());

const PLATFORMS: [OtelLine, NodeMajor][] = [
  ["otel-2", 20],
  ["otel-3", 24],
];

describeVariants(PLATFORMS, {}, (line, node) => {
  const run = async (env: Record<string, string> = {}) => {
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.close());
    const ended = await runProgram(["--import", await installedPackage(line), "private-http.mjs"], {
      cwd: sandbox.folder,
      node: await nodeBinary(node),
      env: {
        ...exportingTo(receiver.url, "http/json"),
        RECEIVER: receiver.url,
        OTEL_METRICS_EXPORTER: "otlp",
        ...env,
      },
    });
    return { ...ended, spans: receiver.spans(), metrics: receiver.metrics() };
  };

  it("query values, credentials, agents, headers and messages are gone; the rest is there", async () => {
    const { spans, metrics, code } = await run();

    expect(code).toBe(0);
    expect(leaksIn(spans)).toEqual([]);
    expect(metrics.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["http.server.request.duration", "http.client.request.duration"]),
    );
    expect(pathsIn(metrics)).toEqual([]);
    const fetched = of(spans, "/fetch");
    expect(fetched.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
      "CLIENT GET",
      "SERVER GET",
    ]);
    expect(find(fetched, "CLIENT").attributes).toMatchObject({
      "url.full": expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+\/fetch\/REDACTED\?q=REDACTED&id=REDACTED$/,
      ) as unknown,
      "url.query": "?q=REDACTED&id=REDACTED",
      "server.address": "127.0.0.1",
      "http.response.status_code": 200,
    });
    const served = find(fetched, "SERVER").attributes;
    expect(served).toMatchObject({
      "url.query": "q=REDACTED&id=REDACTED",
      "client.address": served["network.peer.address"],
      "http.request.method": "GET",
      "http.response.status_code": 200,
    });
    for (const name of ["server.address", "server.port", "user_agent.original"])
      expect(served).not.toHaveProperty([name]);
    expect(find(of(spans, "/module"), "CLIENT").attributes["url.full"]).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/module\?q=REDACTED$/,
    );
  });

  it("a failure keeps its class or code", async () => {
    const { spans } = await run();

    expect(find(of(spans, "/refused"), "CLIENT")).toMatchObject({
      status: { code: "ERROR" },
      attributes: { "error.type": "ECONNREFUSED" },
      events: [{ name: "exception", attributes: { "exception.type": "ECONNREFUSED" } }],
    });
    const broken = find(of(spans, "/broken"), "SERVER");
    expect(broken.status).toEqual({ code: "ERROR" });
    expect(broken.attributes["error.type"]).toBe("_OTHER"); // its name says SECRET
    expect(broken.events).toEqual([{ name: "exception", attributes: { "exception.type": "RangeError" } }]);
  });

  it("OTEL_INSTRUMENTATION_MCP_HTTP_CONTENT=on keeps it all", async () => {
    const { spans } = await run({ OTEL_INSTRUMENTATION_MCP_HTTP_CONTENT: "on" });

    const fetched = of(spans, "/fetch");
    expect(find(fetched, "CLIENT").attributes).toMatchObject({
      "url.query": "?q=SECRET&id=7",
      "user_agent.original": "SECRET agent",
    });
    expect(find(fetched, "SERVER").attributes).toMatchObject({ "user_agent.original": "SECRET agent" });
    expect(leaksIn(spans)).toContain("SERVER GET status.message");
  });

  it("holds with a configuration file as well", async () => {
    writeFileSync(
      sandbox.path(`${line}.yaml`),
      `file_format: "1.0"
tracer_provider:
  processors:
    - batch: { exporter: { otlp_http: { endpoint: "\${RECEIVER}/v1/traces" } } }
`,
    );

    const { spans } = await run({ OTEL_CONFIG_FILE: `${line}.yaml` });

    expect(of(spans, "/fetch")).toHaveLength(2);
    expect(leaksIn(spans)).toEqual([]);
  });
});

/** Where the word is, in any case. */
function leaksIn(spans: readonly SeenSpan[]): string[] {
  return spans.flatMap((span) => pathsIn(span).map((path) => `${span.kind} ${span.name} ${path}`));
}

function pathsIn(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return /secret/i.test(String(value)) ? [path] : [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(/secret/i.test(key) ? [`${path}.${key} (its name)`] : []),
    ...pathsIn(inner, path === "" ? key : `${path}.${key}`),
  ]);
}

function of(spans: readonly SeenSpan[], path: string): SeenSpan[] {
  return spans.filter(({ attributes }) =>
    [attributes["url.path"], attributes["url.full"]].some((value) => String(value).includes(path)),
  );
}

function find(spans: readonly SeenSpan[], kind: SeenSpan["kind"]): SeenSpan {
  const [found] = spans.filter((span) => span.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} span among ${spans.length}`);
  return found;
}
