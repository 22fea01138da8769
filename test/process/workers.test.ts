// Where a preload is handed on: worker threads and forked children get our flag from Node, `spawn` gets NODE_OPTIONS.
import { expect, it } from "vitest";
import { nodeBinary } from "../support/homes.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { join, sendersOfEach } from "./joined.ts";
import { PRELOAD, traceProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const SAID = "2 + 3 = 5\n";
const ADMIN = { OTEL_INSTRUMENTATION_MCP_ADMIN: "", OTEL_EXPORTER_PROMETHEUS_PORT: "0" };
const STARTED = /^mcp-otelkit: .* instrumented @modelcontextprotocol\/sdk .*\n$/;

const times = (count: number): string[] =>
  Array.from({ length: count }, () => CONVERSATION)
    .flat()
    .toSorted();

const NODES: [string, () => Promise<string>][] = [
  ["this Node", () => Promise.resolve(process.execPath)],
  ["Node 24", () => nodeBinary(24)],
];

describeVariants(NODES, {}, (_where, node) => {
  it("worker threads are traced, tell of it once, and open no port", async () => {
    const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "worker-pool.mjs"], {
      node: await node(),
      env: ADMIN,
    });

    expect(stdout).toBe(SAID.repeat(2));
    expect(stderr).toMatch(STARTED);
    expect(stderr).not.toContain("health");
    expect(chainsOf(spans)).toEqual(times(2));
    const instances = new Set(spans.map(({ resource }) => resource["service.instance.id"]));
    expect(instances.size).toBe(2);
    expect(spans.every(({ resource }) => Number(resource["thread.id"]) > 0)).toBe(true);
  });

  it("the main thread and its workers: one line, one port", async () => {
    const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "worker-pool.mjs", "both"], {
      node: await node(),
      env: ADMIN,
    });

    expect(stdout).toBe(SAID.repeat(3));
    expect(stderr).toMatch(STARTED);
    expect(stderr.match(/health at/g)).toHaveLength(1);
    expect(chainsOf(spans)).toEqual(times(3));
  });

  it.each([
    ["a forked child", "fork", 1],
    ["workers of node:cluster", "cluster", 2],
  ])("%s: as any process, and the parent has nothing to complain of", async (_who, how, count) => {
    const { stdout, stderr, spans } = await traceProgram([...PRELOAD, "forked.mjs", how], {
      node: await node(),
    });

    expect(stdout).toBe(SAID.repeat(count));
    expect(stderr.split("\n").filter((line) => line !== "")).toEqual(
      Array.from(
        { length: count },
        () => expect.stringMatching(STARTED.source.replace("\\n$", "$")) as unknown,
      ),
    );
    expect(chainsOf(spans)).toEqual(times(count));
  });
});

it("OTEL_RESOURCE_ATTRIBUTES' service.instance.id stays, with the thread's number behind it", async () => {
  const joined = await join([...PRELOAD, "worker-pool.mjs", "both"], {
    env: { OTEL_RESOURCE_ATTRIBUTES: "service.instance.id=pod-1" },
  });

  const instances = new Set(joined.spans.map(({ resource }) => String(resource["service.instance.id"])));
  const number = expect.stringMatching(/^pod-1\/\d+$/) as unknown;
  expect([...instances].toSorted()).toEqual(["pod-1", number, number]);
  expect(sendersOfEach(joined)).toEqual({ spans: ["ours"], metrics: ["ours"], logs: ["ours"] });
});
