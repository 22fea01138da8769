// A small weather server over HTTP. It knows nothing of telemetry.
import { createServer } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer, ResourceTemplate, createMcpHandler } from "@modelcontextprotocol/server";
import * as z from "zod";

function weatherServer() {
  const server = new McpServer({ name: "weather", version: "1.0.0" });

  const forecast = {
    description: "Tomorrow's weather in a city",
    inputSchema: z.object({ city: z.string() }),
  };
  server.registerTool("forecast", forecast, ({ city }) => ({
    content: [{ type: "text", text: `${city}: sunny` }],
  }));

  server.registerTool("storm_warning", { description: "Not finished yet" }, () => {
    throw new RangeError("the storm model has no data for this region");
  });

  const city = new ResourceTemplate("weather://city/{name}", { list: undefined });
  server.registerResource("city", city, { description: "What is known of a city" }, (uri, { name }) => ({
    contents: [{ uri: uri.href, text: `${String(name)}: 2 stations` }],
  }));

  return server;
}

const handle = toNodeHandler(createMcpHandler(weatherServer));
const http = createServer((request, response) => void handle(request, response));
http.listen(Number(process.env.PORT ?? 0), process.env.HOST ?? "127.0.0.1", () => {
  console.log(`weather server on http://${process.env.HOST ?? "127.0.0.1"}:${http.address().port}/mcp`);
});
