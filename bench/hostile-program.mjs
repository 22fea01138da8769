// A server, or a client, and a peer that sends it many messages of one kind. Prints one line of JSON: CPU time, and memory
// when all is over. Words: the kind, how many.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { KINDS } from "./hostile-kinds.mjs";

/** Between turns of the event loop, as the pieces are that a pipe delivers. */
const AT_ONCE = 100;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
const [kind, count] = process.argv.slice(2);
const { to = "server", message } = KINDS[kind];

/** Knows no time and no wire: what is measured is the SDK, and what observes it. */
const createTransport = () => ({
  async start() {},
  async send(sent) {
    this.sent?.(sent);
  },
  async close() {
    this.onclose?.();
  },
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function connectServer() {
  const server = new McpServer({ name: "attacked", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool("work", {}, () => ({ content: [{ type: "text", text: "done" }] }));
  server.registerTool("wait", {}, () => new Promise(() => undefined));
  server.registerResource("note", "note:///1", {}, (uri) => ({
    contents: [{ uri: uri.href, text: "a note" }],
  }));
  const transport = createTransport();
  await server.connect(transport);
  const clientInfo = { name: "peer", version: "1.0.0" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  transport.onmessage({ jsonrpc: "2.0", id: "first", method: "initialize", params });
  await turn();
  transport.onmessage({ jsonrpc: "2.0", method: "notifications/initialized" });
  return transport;
}

async function connectClient() {
  const client = new Client({ name: "attacked", version: "1.0.0" });
  const transport = createTransport();
  transport.sent = ({ id, method }) => {
    if (method !== "initialize") return;
    const serverInfo = { name: "peer", version: "1.0.0" };
    const result = { protocolVersion: "2025-11-25", capabilities: { logging: {} }, serverInfo };
    setImmediate(() => transport.onmessage({ jsonrpc: "2.0", id, result }));
  };
  await client.connect(transport);
  return transport;
}

const transport = to === "server" ? await connectServer() : await connectClient();
const honest = { jsonrpc: "2.0", method: "ping" };
for (let at = 0; at < 2000; at += 1) {
  transport.onmessage({ ...honest, id: `warm ${at}` });
  if (at % AT_ONCE === 0) await turn();
}
collectGarbage();
const before = process.memoryUsage().heapUsed;
const cpu = process.cpuUsage();
for (let at = 0; at < Number(count); at += 1) {
  transport.onmessage({ jsonrpc: "2.0", ...message(at) });
  if (at % AT_ONCE === 0) await turn();
}
await turn();
const { user, system } = process.cpuUsage(cpu);
await new Promise((resolve) => setTimeout(resolve, 2000)); // what is queued for export goes
collectGarbage();
const grown = process.memoryUsage().heapUsed - before;
await transport.close(); // and what it holds is held until here
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1000, grown })}\n`, () => process.exit(0));
