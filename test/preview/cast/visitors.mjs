// Clients that use every server of VISIT (a JSON object: name -> URL or stdio command) until they are ended. Most of
// their calls are valid.
import { setTimeout as pause } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const ended = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => ended.abort());
const began = Date.now();
const pick = (list) => list[Math.floor(Math.random() * list.length)];

const call = (name, args, options) => (client) => client.callTool({ name, arguments: args }, options);
/** What is done to each kind of server, and how often in comparison. */
const HABITS = {
  shop: [
    [12, call("search", { query: "a lamp" })],
    [10, call("stock", { item: 12 })],
    [5, call("checkout", { item: 3 })],
    [4, call("parcel", { id: "Graz" })],
    [1, call("monthly_report", {})],
    [1, call("monthly_report", {}, { timeout: 250 })], // less patience than the report takes
    [1, call("search", { query: 7 })], // arguments of the wrong type
    [1, call("refund", {})], // a tool that a model invented
    [2, (client) => client.readResource({ uri: "shop://terms" })],
    [2, (client) => client.readResource({ uri: `shop://item/${pick([1, 2, 3])}` })],
    [1, (client) => client.getPrompt({ name: "gift", arguments: { occasion: "a birthday" } })],
    [1, (client) => client.listTools()],
    [1, cancelled],
  ],
  weather: [
    [30, call("forecast", { city: "Graz" })],
    [1, call("storm_warning", {})], // always throws
    [1, call("moon_phase", {})], // no such tool
    [5, (client) => client.readResource({ uri: "weather://city/Graz" })],
    [5, (client) => client.getPrompt({ name: "packing_list", arguments: { day: "Sunday" } })],
  ],
  exchange: [
    [4, call("convert", { amount: 10, from: "EUR", to: "USD" })],
    [
      1,
      (client) =>
        client.callTool({ name: "convert", arguments: { amount: 1, from: "USD", to: pick(["JPY", "EUR"]) } }),
    ],
  ],
  notes: [[1, call("note", { text: "milk" })]],
};

async function cancelled(client) {
  const patience = new AbortController();
  setTimeout(() => patience.abort("the user pressed stop"), 100);
  await client.callTool({ name: "monthly_report", arguments: {} }, { signal: patience.signal });
}

await Promise.all(
  Object.entries(JSON.parse(process.env.VISIT)).flatMap(([name, { kind, visitors = 1, ...how }]) =>
    Array.from({ length: visitors }, () => visit(name, kind, how)),
  ),
);

/** Sessions one after the other, until the end. */
async function visit(name, kind, how) {
  while (!ended.signal.aborted) {
    const client = new Client(
      { name: "visitors", version: "1.0.0" },
      { versionNegotiation: { mode: how.protocol ? { pin: how.protocol } : "legacy" } },
    );
    const transport = how.url
      ? new StreamableHTTPClientTransport(new URL(how.url))
      : new StdioClientTransport(how);
    try {
      await client.connect(transport);
      await client.listTools();
      for (let left = 10 + Math.random() * 40; left > 0 && !ended.signal.aborted; left -= 1) {
        await oneOf(HABITS[kind])(client).catch(() => undefined); // what went wrong is in the telemetry
        await pause(60 + Math.random() * busyness(), undefined, { signal: ended.signal }).catch(
          () => undefined,
        );
      }
      // Some leave without a word, and their session stays.
      if (transport.sessionId && Math.random() < 0.7) await transport.terminateSession();
    } catch (error) {
      console.error(`${name}: ${String(error)}`);
      await pause(500);
    } finally {
      await client.close().catch(() => undefined);
    }
  }
}

/** The longest pause: the day has a rhythm, here of a minute. */
function busyness() {
  return 900 + 700 * Math.sin((Date.now() - began) / 10_000);
}

function oneOf(habits) {
  let at = Math.random() * habits.reduce((sum, [weight]) => sum + weight, 0);
  return habits.find(([weight]) => (at -= weight) < 0)?.[1] ?? habits[0][1];
}
