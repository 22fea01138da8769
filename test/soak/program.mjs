// A server and a client in one process, for a long time: so many calls over one connection, or so many connections of one
// call. Prints what has grown, as one line of JSON. Words: calls | connections, how many.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

const [what, count] = process.argv.slice(2);
const total = Number(count);
/** Code is compiled, pools are filled, and V8 has found the size of its heap. */
const WARM_UP = 0.2;

const SIGNALS = [
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "exit",
  "beforeExit",
  "uncaughtException",
  "unhandledRejection",
  "warning",
];

async function pair() {
  const server = new McpServer({ name: "soaked", version: "1.0.0" });
  server.registerTool("work", {}, () => ({ content: [{ type: "text", text: "done" }] }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "soaking", version: "1.0.0" });
  await server.connect(near);
  await client.connect(far);
  return { client, near, far };
}

/** A step of the work, to be done many times. */
async function createStep() {
  if (what === "calls") {
    const { client, near, far } = await pair();
    const step = async () => {
      await client.callTool({ name: "work" });
      await turn();
    };
    return { step, held: () => Object.keys(near).length + Object.keys(far).length };
  }
  const step = async () => {
    const { client } = await pair();
    await client.callTool({ name: "work" });
    await client.close();
    await turn();
  };
  return { step, held: () => 0 };
}

/** In memory, answers need none: nothing would ever be exported, queues would overflow, and what they hold be counted. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function measure(held) {
  // What was exported is given back a turn later; two rounds, since finalizers run between them.
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    collectGarbage();
  }
  const { rss, heapUsed } = process.memoryUsage();
  const timers = process
    .getActiveResourcesInfo()
    .filter((kind) => kind === "Timeout" || kind === "Immediate").length;
  return {
    rss,
    heapUsed,
    listeners: SIGNALS.reduce((sum, name) => sum + process.listenerCount(name), 0),
    timers,
    onTransports: held(),
    entries: globalThis[Symbol.for("counted")]?.() ?? null,
  };
}

const { step, held } = await createStep();
const warm = Math.floor(total * WARM_UP);
const began = performance.now();
for (let done = 0; done < warm; done += 1) await step();
const before = await measure(held);
const mid = performance.now();
for (let done = warm; done < total; done += 1) await step();
const seconds = (performance.now() - mid) / 1000;
const after = await measure(held);
process.stdout.write(
  `${JSON.stringify({ what, total, before, after, perSecond: (total - warm) / seconds, tookMs: performance.now() - began })}\n`,
);
