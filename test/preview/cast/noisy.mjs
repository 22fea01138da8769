// A stdio server that writes to stdout what the protocol has not asked for: the mistake that breaks clients.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "notes", version: "0.3.0" });
server.registerTool("note", { inputSchema: { text: z.string() } }, ({ text }) => {
  if (Math.random() < 0.1) console.log(`noted ${text.length} characters`);
  return { content: [{ type: "text", text: "noted" }] };
});
await server.connect(new StdioServerTransport());
