// Kafka between agent and gateway: the agent's data reaches the back ends, whichever program is killed.
import { afterEach, describe, expect, inject, it, onTestFailed } from "vitest";
import { arrived, queryPrometheus, spansInJaeger, traceInJaeger } from "./ask.ts";
import { startCast } from "./cast.ts";
import { programs } from "./given.ts";
import { kafka, type Kafka } from "./kafka.ts";
import { countIn, linesIn } from "./log-stores.ts";
import { startNumbered, tracesOf } from "./numbered.ts";
import { pause } from "./service.ts";
import { startStack, type Stack } from "./stack.ts";

const jars = inject("kafka");
const SOON = { MCP_RETRY_MAX_INTERVAL: "3s" };
/** Long enough for some hundred records, which all have a number. */
const PHASE_MS = 3000;
const LONG = { tags: ["long"] };

describe("Kafka between agent and gateway", { skip: typeof jars === "string", timeout: 180_000 }, () => {
  let broker: Kafka | undefined;
  let stack: Stack | undefined;
  afterEach(async () => {
    await stack?.stop();
    await broker?.stop("SIGKILL");
  });

  it("carries traces, metrics and logs", LONG, async () => {
    const { agent, ends } = await givenPipeline();
    const cast = await startCast(agent.http);

    const id = await cast.plan("Graz");

    const services = await arrived(
      async () => new Set((await traceInJaeger(ends.jaeger.url, id)).map(({ service }) => service)),
      ({ size }) => size === 5,
    );
    expect(services).toContain("weather");
    await arrived(
      () => queryPrometheus(ends.prometheus.url, 'mcp_tool_calls_total{job="weather"}'),
      (series) => series.length > 0,
    );
    await arrived(
      () => linesIn(ends.logs, { service: "weather", trace: id }),
      (lines) => lines.length > 0,
    );
    await cast.stop();
  });

  it("loses nothing when the broker and then the gateway are killed and come back", LONG, async () => {
    const { agent, gateway, ends } = await givenPipeline();
    const source = startNumbered(agent.http, "numbered");
    await arrived(
      () => spansInJaeger(ends.jaeger.url, "numbered", 1),
      ({ length }) => length > 0,
    );

    await broker?.stop("SIGKILL");
    await pause(PHASE_MS);
    await broker?.start();
    await gateway.stop("SIGKILL");
    await pause(PHASE_MS);
    await gateway.start();
    await pause(PHASE_MS);
    const sent = await source.stop();

    const missing = async () => {
      const traces = await Promise.all(
        tracesOf("numbered", sent.spans).map((trace) => traceInJaeger(ends.jaeger.url, trace)),
      );
      const names = new Set(traces.flat().map(({ name }) => name));
      const [counter] = await queryPrometheus(ends.prometheus.url, "numbered_total");
      return {
        spans: Array.from({ length: sent.spans }, (_, n) => `span ${n}`).filter((name) => !names.has(name)),
        lines: sent.logs - (await countIn(ends.logs, { service: "numbered" })) > 0,
        counted: sent.counted - (counter?.value ?? 0),
      };
    };
    await arrived(
      missing,
      ({ spans, lines, counted }) => spans.length === 0 && !lines && counted === 0,
      90_000,
    );
    expect(sent.spans).toBeGreaterThan(500);
  });

  async function givenPipeline() {
    if (typeof jars === "string") throw new Error(jars);
    stack = await startStack(programs(), { durable: true });
    const ends = stack;
    broker = await kafka(jars, ends.folder);
    await broker.start();
    const env = { ...SOON, MCP_KAFKA_BROKERS: broker.brokers };
    const agent = await ends.another({
      name: "agent",
      configs: ["agent.yaml", "overlays/kafka-out.yaml"],
      env,
    });
    const gateway = await ends.another({
      name: "kafka-gateway",
      configs: ["gateway.yaml", "overlays/kafka-in.yaml"],
      env,
    });
    await agent.start();
    await gateway.start();
    onTestFailed(() => console.error(`${ends.complaints()}\n${broker?.log().slice(-2000)}`));
    return { agent, gateway, ends };
  }
});
