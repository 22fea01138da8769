// A client and a server in one process, connected in memory. Not a word about tracing here.
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";

const server = new McpServer({ name: "greeter", version: "1.0.0" });
server.registerTool("greet", { inputSchema: z.object({ name: z.string() }) }, ({ name }) => {
  if (name === "") throw new TypeError("nobody to greet");
  return { content: [{ type: "text", text: `Hello, ${name}.` }] };
});

const client = new Client({ name: "guest", version: "1.0.0" });
const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
await server.connect(serverSide);
await client.connect(clientSide);
await client.callTool({ name: "greet", arguments: { name: "Ada" } });
await client.callTool({ name: "greet", arguments: { name: "" } });
await client.close();
