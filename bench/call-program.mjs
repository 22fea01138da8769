// Tool calls in memory, one after the other; prints the microseconds of each batch. A word: how many batches.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

const BATCH = 200;
const server = new McpServer({ name: "bench", version: "1.0.0" });
server.registerTool("work", {}, () => ({ content: [{ type: "text", text: "done" }] }));
const [near, far] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "bench", version: "1.0.0" });
await server.connect(near);
await client.connect(far);

const batch = async () => {
  const began = performance.now();
  for (let call = 0; call < BATCH; call += 1) await client.callTool({ name: "work" });
  return ((performance.now() - began) * 1000) / BATCH;
};
for (let warm = 0; warm < 5; warm += 1) await batch();

// One batch for each line on stdin, so that several of these can take turns.
for await (const line of process.stdin) {
  if (String(line).startsWith("end")) break;
  process.stdout.write(`${await batch()}\n`);
}
process.exit(0);
