// A user of the weather server: a conversation every few seconds, for as long as the stack runs. Contains no
// telemetry.
import { setTimeout as pause } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const url = new URL(process.env.MCP_URL ?? "http://127.0.0.1:8080/mcp");
const cities = ["Graz", "Lagos", "Lima", "Osaka", "Oslo"];
const ended = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => ended.abort());

for (let round = 0; !ended.signal.aborted; round++) {
  try {
    await converse(cities[round % cities.length], round);
  } catch (error) {
    console.error(`traffic: ${String(error)}`); // the server may be down for a moment; the next round tries again
  }
  await pause(2000, undefined, { signal: ended.signal }).catch(() => undefined);
}

async function converse(city, round) {
  const client = new Client({ name: "traffic", version: "1.0.0" });
  try {
    await client.connect(new StreamableHTTPClientTransport(url));
    await client.listTools();
    await client.callTool({ name: "forecast", arguments: { city } });
    await client.readResource({ uri: `weather://city/${city}` });
    if (round % 5 === 0) await client.callTool({ name: "storm_warning" }); // a result with isError
    if (round % 7 === 0) await client.callTool({ name: "moon_phase" }).catch(() => undefined); // no such tool
  } finally {
    await client.close();
  }
}
