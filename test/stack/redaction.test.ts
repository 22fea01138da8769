import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrived, spansInJaeger } from "./ask.ts";
import { startCast, type Cast } from "./cast.ts";
import type { Collector } from "./collector.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { linesIn } from "./log-stores.ts";
import { post } from "./numbered.ts";

const CAPTURING = { OTEL_INSTRUMENTATION_MCP_CAPTURE: "all", OTEL_INSTRUMENTATION_MCP_LOG_LEVEL: "DEBUG" };

/** Secrets as others' instrumentations record them. Those that are known by their key, */
const BY_KEY = { "db.password": "canary-of-a-password", api_key: "canary-of-a-key" };
/** and those that are known for what they are, wherever they stand. */
const BY_LOOKS = {
  "http.request.header.x": "Bearer canary-abcdefghijkl",
  "url.full": "https://somebody:canary-user-password@example.com/x?token=canary-in-a-query",
  "some.text": "it used sk-canary0123456789abcdef to log in as canary.person@example.com",
  "process.command_args": "server.js --api-key=canary-on-a-command-line",
};

describe("redaction in the Collector", NEEDS_SERVERS, () => {
  const stack = givenStack();
  let allowed: Collector;
  let kept: Cast;
  let removed: Cast;
  beforeAll(async () => {
    allowed = await stack().another({
      name: "content-allowed",
      configs: ["gateway.yaml", "overlays/content-allowed.yaml"],
    });
    await allowed.start();
    const as = (service: string) => ({
      host: { OTEL_SERVICE_NAME: service },
      local: { OTEL_SERVICE_NAME: `${service}-local` },
    });
    kept = await startCast(allowed.http, CAPTURING, as("kept"));
    removed = await startCast(stack().collector.http, CAPTURING, as("removed"));
  });
  afterAll(async () => {
    await kept?.stop();
    await removed?.stop();
  });

  it("removes the content that a process captures", async () => {
    const canary = (where: string) => `canary-in-what-a-user-wrote-${where}`;
    await kept.hostDoes("/private", canary("kept"));
    await removed.hostDoes("/private", canary("removed"));

    // What is allowed through by the overlay shows that there was something to remove.
    await arrived(
      () => everything("kept"),
      (seen) => seen.spans.includes(canary("kept")),
    );
    const seen = await arrived(
      () => everything("removed"),
      ({ spans, lines }) =>
        spans.includes("tools/call add") &&
        spans.includes("prompts/get") &&
        lines.includes("Tool call completed"),
    );

    // With what stands before it, so that a failure says where.
    const places = (text: string) => text.match(new RegExp(`.{0,80}${canary("removed")}`, "g"));
    expect(places(seen.spans)).toBeNull();
    expect(places(seen.lines)).toBeNull();
    expect(places(seen.metrics)).toBeNull();
  });

  it("masks secrets in what others record, wherever they stand, and nothing else", async () => {
    const attributes = Object.entries({ ...BY_KEY, ...BY_LOOKS }).map(([key, value]) => ({
      key,
      value: { stringValue: value },
    }));
    const all = Object.values(BY_LOOKS).join(" ");
    const now = String(BigInt(Date.now()) * 1_000_000n);
    const resource = {
      attributes: [{ key: "service.name", value: { stringValue: "others" } }, ...attributes],
    };
    const harmless = { key: "harmless", value: { stringValue: "a word that stays" } };
    const span = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      name: `GET ${all}`,
      kind: 3,
      startTimeUnixNano: now,
      endTimeUnixNano: now,
      attributes: [...attributes, harmless],
      events: [{ timeUnixNano: now, name: "exception", attributes: [...attributes] }],
      status: { code: 2, message: `refused: ${all}` },
    };
    const record = {
      timeUnixNano: now,
      severityNumber: 9,
      body: { stringValue: `line: ${all}` },
      attributes,
    };

    const answers = [
      await post(`${stack().collector.http}/v1/traces`, {
        resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans: [span] }] }],
      }),
      await post(`${stack().collector.http}/v1/logs`, {
        resourceLogs: [{ resource, scopeLogs: [{ scope: {}, logRecords: [record] }] }],
      }),
    ];

    expect(answers).toEqual([200, 200]);
    const seen = await arrived(
      () => everything("others"),
      ({ spans, lines }) => spans.includes("a word that stays") && lines.includes("line:"),
    );
    expect(seen.spans.match(/canary[^ "]*/g)).toBeNull();
    expect(seen.lines.match(/canary[^ "]*/g)).toBeNull();
    expect(seen.spans).toContain("refused:");
  });

  /** All that the back ends know of a service and those it talked to, as text. */
  async function everything(service: string): Promise<{ spans: string; lines: string; metrics: string }> {
    const spans = await spansInJaeger(stack().jaeger.url, service);
    const lines = await linesIn(stack().logs, { service: `${service}.*|weather` });
    const metrics = await fetch(`${stack().prometheus.url}/api/v1/series?match[]={__name__=~".%2B"}`);
    const text = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "";
    return { spans: text(spans), lines: text(lines), metrics: await metrics.text() };
  }
});
