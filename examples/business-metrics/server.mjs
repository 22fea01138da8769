// An MCP server with its own metrics: the rest of an API's quota, cache hits, the age of its data. They use
// OpenTelemetry's API, as in any program. mcp-otelkit does not know them, and they go where its own metrics go.
import { createServer } from "node:http";
import { metrics } from "@opentelemetry/api";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer, createMcpHandler } from "@modelcontextprotocol/server";
import * as z from "zod";
import { convert, quota, ratesAgeSeconds } from "./rates.mjs";

const meter = metrics.getMeter("exchange-rates");

// Read when metrics are collected: the API itself says what is left, so there is nothing to count.
meter
  .createObservableGauge("api.quota.remaining", { unit: "{request}", description: "Requests that are left" })
  .addCallback((result) => result.observe(quota.remaining, { api: "rates" }));
meter
  .createObservableGauge("api.quota.limit", { unit: "{request}", description: "Requests in a period" })
  .addCallback((result) => result.observe(quota.limit, { api: "rates" }));
meter
  .createObservableGauge("data.age", { unit: "s", description: "Time since the data was brought up to date" })
  .addCallback((result) => result.observe(ratesAgeSeconds(), { dataset: "rates" }));

// Counted where it happens. 0 from the start for each result: a rate needs a first value.
const lookUps = meter.createCounter("cache.requests", {
  unit: "{request}",
  description: "Look-ups in a cache",
});
for (const result of ["hit", "miss"]) lookUps.add(0, { cache: "conversions", result });

function exchangeServer() {
  const server = new McpServer({ name: "exchange", version: "1.0.0" });
  const inputSchema = z.object({ amount: z.number(), from: z.string(), to: z.string() });
  server.registerTool("convert", { description: "Converts an amount of money", inputSchema }, (asked) => {
    const { text, cached } = convert(asked);
    lookUps.add(1, { cache: "conversions", result: cached ? "hit" : "miss" });
    return { content: [{ type: "text", text }] };
  });
  return server;
}

const handle = toNodeHandler(createMcpHandler(exchangeServer));
const http = createServer((request, response) => void handle(request, response));
http.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`exchange server on http://127.0.0.1:${http.address().port}/mcp`);
});
