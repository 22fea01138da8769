import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrived, linesInLoki, traceInJaeger } from "./ask.ts";
import { startCast, type Cast } from "./cast.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";

describe("logs, in Loki", NEEDS_SERVERS, () => {
  const stack = givenStack();
  const lines = (query: string) => linesInLoki(stack().loki.url, query);
  let cast: Cast;
  beforeAll(async () => {
    cast = await startCast(stack().collector.http);
  });
  afterAll(() => cast?.stop());

  it("are found by service", async () => {
    await cast.hostDoes("/variety");

    const found = await arrived(
      () => lines('{service_name="weather"}'),
      (seen) =>
        seen.some(({ text }) => text === "Tool call completed") &&
        seen.some(({ text }) => text === "Tool call failed"),
    );

    const [failed] = found.filter(({ text }) => text === "Tool call failed");
    expect(failed?.labels).toMatchObject({
      service_name: "weather",
      severity_text: "WARN",
      gen_ai_tool_name: "storm_warning",
      error_type: "tool_error",
    });
  });

  it("are found by trace, across services, and belong to spans that Jaeger has", async () => {
    const id = await cast.plan("Graz");

    const found = await arrived(
      () => lines(`{service_name=~".+"} | trace_id="${id}" |= "Tool call completed"`),
      (seen) => seen.length >= 4,
    );
    const spans = await arrived(
      () => traceInJaeger(stack().jaeger.url, id),
      (seen) => found.every(({ labels }) => seen.some(({ spanId }) => spanId === labels["span_id"])),
    );

    const told = found.map(({ labels }) => {
      const span = spans.find(({ spanId }) => spanId === labels["span_id"]);
      return `${labels["service_name"]}: ${span?.service} ${span?.kind} ${span?.name}`;
    });
    expect(told.toSorted()).toEqual([
      "host: host CLIENT tools/call add",
      "host: host CLIENT tools/call forecast",
      "local: local SERVER tools/call add",
      "weather: weather SERVER tools/call forecast",
    ]);
  });

  it("have few labels, and none that grows with the number of processes", async () => {
    await cast.plan("Wien");
    await arrived(
      () => lines('{service_name="host"}'),
      (seen) => seen.length > 0,
    );

    const response = await fetch(`${stack().loki.url}/loki/api/v1/labels`);
    const { data } = (await response.json()) as { data: string[] };

    const allowed = ["service_name", "service_namespace", "deployment_environment_name"];
    expect(data.filter((label) => !allowed.includes(label))).toEqual([]);
  });
});
