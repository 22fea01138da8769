// An MCP server over Streamable HTTP with sessions, as a shop might run it: quick tools and slow ones, short answers and long ones, and a
// checkout that fails now and then, or mostly, if this is the one server of several that is set up wrongly (FAILING).
import { setTimeout as pause } from "node:timers/promises";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { serveSessions } from "../../fixtures/stack/serve-sessions.mjs";

const failing = Number(process.env.FAILING ?? 0.03);
const text = (value) => ({ content: [{ type: "text", text: value }] });
const between = (low, high) => low + Math.random() ** 3 * (high - low);

function shop() {
  const server = new McpServer({ name: process.env.OTEL_SERVICE_NAME, version: "1.0.0" });
  server.registerTool("search", { inputSchema: { query: z.string() } }, async ({ query }) => {
    await pause(between(15, 300));
    return text(`${query}: ${"a result, ".repeat(between(5, 200))}`);
  });
  server.registerTool("stock", { inputSchema: { item: z.number() } }, async ({ item }) => {
    await pause(between(2, 40));
    return text(String(item % 7));
  });
  server.registerTool("monthly_report", {}, async () => {
    await pause(between(400, 4000));
    return text("a line of the report\n".repeat(between(500, 12_000)));
  });
  server.registerTool("checkout", { inputSchema: { item: z.number() } }, async () => {
    await pause(between(30, 500));
    if (Math.random() < failing) throw new RangeError("the payment service refuses");
    return text("done");
  });
  server.registerTool("parcel", { inputSchema: { id: z.string() } }, async ({ id }) => {
    const response = await fetch(`${process.env.PARCELS_URL}?city=${encodeURIComponent(id)}`);
    return text(await response.text());
  });
  const read = (uri) => ({ contents: [{ uri: uri.href, text: "terms" }] });
  server.registerResource("terms", "shop://terms", {}, read);
  server.registerResource("item", new ResourceTemplate("shop://item/{id}", { list: undefined }), {}, read);
  const argsSchema = { occasion: z.string() };
  server.registerPrompt("gift", { argsSchema }, ({ occasion }) => ({
    messages: [{ role: "user", content: { type: "text", text: `A gift for ${occasion}?` } }],
  }));
  return server;
}

serveSessions("shop", shop);
