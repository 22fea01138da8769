import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CompleteRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import { loadSdk } from "../support/sdks.ts";
import { withTelemetry } from "../support/with-telemetry.ts";
import { picture } from "./picture.ts";

it("subscriptions, changes and the other messages that a low-level server receives and sends [attr.mcp.resource.uri, notification.span]", async () => {
  await loadSdk("v1-latest");

  const { spans } = await withTelemetry(async ({ tracer }) => {
    const capabilities = { resources: { subscribe: true, listChanged: true }, tools: { listChanged: true }, prompts: { listChanged: true }, completions: {}, logging: {} };
    const server = new Server({ name: "notes", version: "1.0.0" }, { capabilities });
    const uri = "https://me:secret@notes.example/today?token=secret";
    server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [{ uri, name: "today" }] }));
    server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }));
    server.setRequestHandler(ReadResourceRequestSchema, () => {
      throw new Error(`cannot read ${uri}`);
    });
    server.setRequestHandler(SubscribeRequestSchema, () => ({}));
    server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
    server.setRequestHandler(SetLevelRequestSchema, () => ({}));
    server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: ["secret"] } }));
    const client = new Client({ name: "reader", version: "1.0.0" }, { capabilities: { roots: { listChanged: true } } });
    const [there, here] = InMemoryTransport.createLinkedPair();
    await server.connect(here);
    await client.connect(there);

    const step = <T>(title: string, run: () => Promise<T>) =>
      tracer.startActiveSpan(title, (span) => run().catch(() => undefined).finally(() => span.end()));
    await step("list", async () => (await client.listResources(), client.listResourceTemplates()));
    await step("subscribe", () => client.subscribeResource({ uri }));
    await step("changes", async () => {
      await server.sendResourceUpdated({ uri });
      await server.sendResourceListChanged();
      await server.sendToolListChanged();
      await server.sendPromptListChanged();
      await client.sendRootsListChanged();
    });
    await step("read, and the server fails", () => client.readResource({ uri }));
    await step("unsubscribe", () => client.unsubscribeResource({ uri }));
    await step("complete", () => client.complete({ ref: { type: "ref/prompt", name: "greet" }, argument: { name: "who", value: "secret" } }));
    await step("set the level", () => client.setLoggingLevel("info"));
    await step("log", () => server.sendLoggingMessage({ level: "info", data: "secret" }));
    await client.close();
  });

  expect(picture(spans)).not.toContain("secret");
  await expect(picture(spans)).toMatchFileSnapshot("v1-latest-resources.txt");
});
