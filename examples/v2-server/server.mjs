// A small weather server on SDK v2, at protocol revision 2026-07-28 and older ones. It knows nothing of OpenTelemetry.
//   node server.mjs           over HTTP: prints its URL
//   node server.mjs --stdio   over stdin and stdout
import { createServer } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer, ResourceTemplate, createMcpHandler } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import * as z from "zod";

// Where forecasts come from; a fixed one where no service is given, so that the server can be tried alone.
const service = process.env.FORECAST_URL;

function weatherServer() {
  const server = new McpServer({ name: "weather", version: "1.0.0" });

  const forecast = {
    description: "Tomorrow's weather in a city",
    inputSchema: z.object({ city: z.string() }),
  };
  server.registerTool("forecast", forecast, async ({ city }) => {
    const response = service && (await fetch(`${service}?city=${encodeURIComponent(city)}`));
    return { content: [{ type: "text", text: response ? await response.text() : `${city}: sunny` }] };
  });

  server.registerTool("storm_warning", { description: "Not finished yet" }, () => {
    throw new RangeError("the storm model has no data for this region");
  });

  const city = new ResourceTemplate("weather://city/{name}", { list: undefined });
  server.registerResource("city", city, { description: "What is known of a city" }, (uri, { name }) => ({
    contents: [{ uri: uri.href, text: `${String(name)}: 2 stations` }],
  }));

  const argsSchema = z.object({ day: z.string() });
  server.registerPrompt("packing_list", { description: "What to pack for a day", argsSchema }, ({ day }) => ({
    messages: [{ role: "user", content: { type: "text", text: `What do I pack for ${day}?` } }],
  }));

  return server;
}

if (process.argv.includes("--stdio")) {
  serveStdio(weatherServer);
} else {
  const handle = toNodeHandler(createMcpHandler(weatherServer));
  const http = createServer((request, response) => void handle(request, response));
  http.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
    console.log(`weather server on http://127.0.0.1:${http.address().port}/mcp`);
  });
}
