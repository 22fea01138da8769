import { expect, it } from "vitest";
import { createAnswerer, type SdkName } from "../support/sdks.ts";
import { withTelemetry } from "../support/with-telemetry.ts";
import { converse } from "./conversation.ts";
import { createPair, inMemory, ours } from "./in-memory.ts";

const SDKS: SdkName[] = ["v1-oldest", "v1-latest", "v2-latest"];

/** What is said in that conversation: by tools and their errors, in questions and answers, in a resource, a prompt and a log. */
const WRITTEN = [
  "tool broke",
  "Say hello",
  "Are you sure",
  "accept",
  "file:///project",
  "note 1",
  "Greet",
  "world",
  "a line from",
  "slow started",
  "changed my mind",
];

it.each(SDKS)(
  "nothing that a user, a model or a tool wrote is in a span, %s [privacy.arguments, privacy.results, privacy.tool-error, privacy.asked, privacy.log-data, privacy.opt-in]",
  async (name) => {
    const { spans, wire } = await inMemory(name, (asker, there, scene) => converse(asker, scene, there));

    const crossed = wire.join("\n");
    expect(WRITTEN.filter((text) => !crossed.includes(text))).toEqual(name === "v1-oldest" ? ["Are you sure", "accept"] : []); // asks no user
    const told = JSON.stringify(ours(spans), (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    expect(WRITTEN.filter((text) => told.includes(text))).toEqual([]);
    const keys = ours(spans).flatMap(({ attributes, events }) => [attributes, ...events.map((event) => event.attributes)].flatMap(Object.keys));
    expect(keys.filter((key) => /^gen_ai\.(tool\.call|prompt\.variable|input|output)|^exception\.(message|stacktrace)/.test(key))).toEqual([]);
  },
);

it.each(SDKS)("no URI is in a name, %s [span.name.no-uri]", async (name) => {
  const { spans } = await inMemory(name, async (asker, there) => {
    await asker.connect(there);
    await asker.readResource("note:///1");
    await asker.readResource("missing:///1").catch(() => undefined);
  });
  expect(spans.filter(({ attributes }) => "mcp.resource.uri" in attributes)).toHaveLength(4);
  expect(spans.filter((span) => span.name.includes(":"))).toEqual([]);
});

for (const [count, tags] of [
  [500, []],
  [10_000, ["proof"]],
] as const)
  it.each(SDKS)(
    `${count} invented names make no name of a span, %s [cardinality.span-name]`,
    { tags: [...tags] },
    async (name) => {
      const { spans } = await inMemory(name, async (asker, there) => {
        await asker.connect(there);
        for (let at = 0; at < count; at++) await asker.callTool(`invented-${at}`, {}).catch(() => undefined);
      });
      const names = new Set(spans.map((span) => span.name));
      expect([...names].toSorted()).toEqual(["initialize", "notifications/initialized", "tools/call"]);
      expect(spans.filter((span) => span.name === "tools/call")).toHaveLength(2 * count);
    },
  );

it.each(SDKS)("invented methods are one name, %s [cardinality.cap]", async (name) => {
  const { sdk, there, here } = await createPair(name);
  const { spans } = await withTelemetry(async () => {
    await createAnswerer(sdk).connect(here);
    await there.start();
    for (let id = 0; id < 1000; id++) await there.send({ jsonrpc: "2.0", id, method: `invented/${id}` });
    await there.close();
  });
  const names = new Set(spans.map((span) => span.name));
  expect([spans.length, names.size, names.has("_OTHER")]).toEqual([1000, 1, true]);
});

it("a name is known once it was listed or used with success, not by being asked for [cardinality.known]", async () => {
  const { spans } = await inMemory("v2-latest", async (asker, there) => {
    await asker.connect(there);
    await asker.callTool("nope", {}).catch(() => undefined);
    await asker.callTool("nope", {}).catch(() => undefined);
    await asker.listTools();
    await asker.callTool("boom", {}); // fails, but was listed
    await asker.getPrompt("greet", { who: "me" }); // never listed, but succeeds
  });
  const names = spans.filter(({ kind, name }) => kind === "CLIENT" && /call|get/.test(name)).map((span) => span.name);
  expect(names).toEqual(["tools/call", "tools/call", "tools/call boom", "prompts/get greet"]);
});
