// An MCP server over Streamable HTTP with sessions, as a shop might run it: quick tools and slow ones, short answers and long ones, and a
// checkout that fails now and then, or mostly, if this is the one server of several that is set up wrongly (FAILING).
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";

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

const sessions = new Map();
const http = createServer((request, response) => void answer(request, response));

async function answer(request, response) {
  const id = request.headers["mcp-session-id"];
  let transport = sessions.get(id);
  if (transport === undefined && id !== undefined) return response.writeHead(404).end();
  if (transport === undefined) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (opened) => void sessions.set(opened, transport),
    });
    transport.onclose = () => sessions.delete(transport.sessionId);
    await shop().connect(transport);
  }
  await transport.handleRequest(request, response);
}

http.listen(0, "127.0.0.1", () => console.log(`shop on http://127.0.0.1:${http.address().port}/mcp`));
