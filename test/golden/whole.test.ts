import { expect, it } from "vitest";
import type { SdkName } from "../support/sdks.ts";
import { converse } from "./conversation.ts";
import { inMemory, ours } from "./in-memory.ts";

const SDKS: SdkName[] = ["v1-oldest", "v1-latest", "v2-latest"];

/** What the wire shows and no span does. */
const NO_SPAN = new Set(["notifications/progress", "notifications/message"]);

it.each(SDKS)(
  "every message of a conversation is a CLIENT span with a SERVER span as its child, %s [span.per-message, span.unhandled, span.kind, notification.span, notification.message]",
  async (name) => {
    const { spans, wire } = await inMemory(name, (asker, there, scene) => converse(asker, scene, there));

    const sent = wire.map((line) => (JSON.parse(line) as { method?: string }).method ?? "").filter((method) => method !== "" && !NO_SPAN.has(method)).toSorted();
    const clients = ours(spans).filter(({ kind }) => kind === "CLIENT");
    const servers = ours(spans).filter(({ kind }) => kind === "SERVER");
    const methods = (of: typeof spans) => of.map(({ attributes }) => String(attributes["mcp.method.name"])).toSorted();
    expect(methods(clients)).toEqual(sent);
    expect(methods(servers)).toEqual(sent);
    expect(sent).toEqual(expect.arrayContaining(["initialize", "ping", "demo/unknown", "notifications/cancelled"]));

    const clientById = new Map(clients.map((span) => [span.spanId, span]));
    for (const server of servers) {
      const client = clientById.get(server.parentSpanId ?? "");
      expect([server.name, server.traceId]).toEqual([client?.name, client?.traceId]);
      clientById.delete(server.parentSpanId ?? "");
    }
    expect(clientById.size).toBe(0);
  },
);

it.each(SDKS)("the status of every span is ERROR if and only if it has an error.type, %s [span.status, attr.error.type]", async (name) => {
  const { spans } = await inMemory(name, (asker, there, scene) => converse(asker, scene, there));
  const failed = ours(spans).filter(({ attributes }) => "error.type" in attributes);
  expect(failed.length).toBeGreaterThan(5);
  expect(ours(spans).filter(({ status }) => status.code === "ERROR")).toEqual(failed);
  expect(ours(spans).filter(({ status }) => status.code === "OK")).toEqual([]);
});

const PEERS = ["mcp.client.name", "mcp.client.version", "mcp.server.name", "mcp.server.version"];

it.each(SDKS)("both sides know both peers, %s [attr.mcp.peers]", async (name) => {
  const { spans } = await inMemory(name, async (asker, there) => {
    await asker.connect(there);
    await asker.callTool("add", { a: 1, b: 2 });
  });
  const peers = ours(spans).map(({ attributes }) => PEERS.map((key) => attributes[key]).join(" "));
  expect(peers).toEqual(Array<string>(6).fill("conversation-client 1.0.0 conversation-server 1.0.0"));
});
