// A server on SDK v1, over stdin and stdout. It knows nothing of OpenTelemetry.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import * as z from "zod";

const server = new McpServer({ name: "calculator", version: "1.0.0" });

const divide = { description: "Divides a by b", inputSchema: { a: z.number(), b: z.number() } };
server.registerTool("divide", divide, ({ a, b }) => {
  if (b === 0) throw new RangeError("division by zero");
  return { content: [{ type: "text", text: String(a / b) }] };
});

await server.connect(new StdioServerTransport());
