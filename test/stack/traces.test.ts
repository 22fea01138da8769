import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainsOf } from "../process/chains.ts";
import { arrived, traceInJaeger } from "./ask.ts";
import { startCast, type Cast } from "./cast.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";

const ASKED = "INTERNAL invoke_agent planner (agent) > CLIENT GET (agent) > SERVER GET (host)";

/** Every way from the trace's root to a leaf. No span is missing, none is too many, none is under the wrong parent. */
const WAYS = [
  `${ASKED} > CLIENT tools/call add (host) > SERVER tools/call add (local)`,
  `${ASKED} > CLIENT tools/call forecast (host) > CLIENT POST (host) > SERVER POST (weather)`,
  `${ASKED} > CLIENT tools/call forecast (host) > SERVER tools/call forecast (weather) > CLIENT GET (weather) > SERVER GET (forecasts)`,
  `${ASKED} > CLIENT tools/list (host) > CLIENT POST (host) > SERVER POST (weather)`,
  `${ASKED} > CLIENT tools/list (host) > SERVER tools/list (weather)`,
];

describe("traces, in Jaeger", NEEDS_SERVERS, () => {
  const stack = givenStack();
  let cast: Cast;
  beforeAll(async () => {
    cast = await startCast(stack().collector.http);
  });
  afterAll(() => cast?.stop());

  it("shows the whole way from an agent over a host and two servers to the service behind one of them", async () => {
    const id = await cast.plan("Graz");

    const ways = await arrived(
      async () =>
        chainsOf(
          (await traceInJaeger(stack().jaeger.url, id)).map((span) => ({
            ...span,
            name: `${span.name} (${span.service})`,
          })),
        ),
      (seen) => seen.length >= WAYS.length,
    );

    expect(ways).toEqual(WAYS);
  });

  it("keeps links: an MCP request over HTTP names the HTTP request that it came in, and is under its caller", async () => {
    const id = await cast.plan("Wien");

    const spans = await arrived(
      () => traceInJaeger(stack().jaeger.url, id),
      (seen) => seen.length >= 13,
    );

    const linked = spans.filter(({ links }) => links.length > 0);
    expect(linked.map(({ name, service }) => `${name} (${service})`).toSorted()).toEqual([
      "tools/call forecast (weather)",
      "tools/list (weather)",
    ]);
    for (const { links } of linked) {
      expect(links).toMatchObject([{ traceId: id }]);
      expect(spans.find(({ spanId }) => spanId === links[0]?.spanId)).toMatchObject({
        kind: "SERVER",
        name: "POST",
        service: "weather",
      });
    }
  });

  it("keeps what is said about a call, and about the process that made it", async () => {
    const id = await cast.plan("Linz");

    const spans = await arrived(
      () => traceInJaeger(stack().jaeger.url, id),
      (seen) => seen.some(({ service, name }) => service === "local" && name === "tools/call add"),
    );

    const add = spans.find(({ service }) => service === "local");
    expect(add).toMatchObject({
      kind: "SERVER",
      status: { code: "UNSET" },
      scope: "mcp-otelkit",
      attributes: {
        "mcp.method.name": "tools/call",
        "gen_ai.tool.name": "add",
        "gen_ai.operation.name": "execute_tool",
        "network.transport": "pipe",
        "mcp.client.name": "host",
      },
      resource: { "service.name": "local" },
    });
    expect(add?.resource["service.instance.id"]).toMatch(/./);
    expect(add?.endNs).toBeGreaterThan(add?.startNs ?? 0n);
  });
});
