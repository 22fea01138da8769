import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Children } from "./children.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const everything = fileURLToPath(
  import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"),
);

/** The one thing that makes all this visible. */
const preload = ["--import", import.meta.resolve("mcp-otelkit/register")];

/** Who is who in the pictures. */
export const CAST = [
  ["demo-client", "examples/demo/client.mjs, SDK v2"],
  ["everything", "the official @modelcontextprotocol/server-everything over stdio, SDK v1"],
  ["everything-http", "the same over Streamable HTTP"],
  ["weather", "examples/v2-server, SDK v2, at protocol revision 2026-07-28"],
  ["forecasts", "the HTTP service that the weather server calls: no MCP, its own OpenTelemetry"],
] as const;

/** Starts the servers, lets the client talk to them, and stops everything. By then all spans have been sent to `endpoint`. */
export async function play(children: Children, endpoint: string): Promise<void> {
  const as = (service: string) => environment(service, endpoint);

  const plain = ["--require", here("plain-telemetry.cjs")];
  const forecasts = children.start("forecasts", [...plain, here("forecast-service.cjs")], as("forecasts"));
  const PORT = String(await freePort());
  const over = [...preload, everything, "streamableHttp"];
  const everythingHttp = children.start("everything-http", over, { ...as("everything-http"), PORT });
  const FORECAST_URL = await forecasts.says(/(http:\S+)/);
  const weather = children.start("weather", [...preload, here("../v2-server/server.mjs")], {
    ...as("weather"),
    FORECAST_URL,
  });
  await everythingHttp.says(/listening on port (\d+)/);

  // As in the mcp.json of any host. The SDK hands a stdio server only a few harmless variables, so the others are given here.
  const servers = {
    everything: { command: process.execPath, args: [...preload, everything, "stdio"], env: as("everything") },
    everythingHttp: { url: `http://127.0.0.1:${PORT}/mcp` },
    weather: { url: await weather.says(/(http:\S+)/), protocol: "2026-07-28" },
  };
  const MCP_SERVERS = JSON.stringify(servers);
  const client = children.start("demo-client", [...preload, here("client.mjs")], {
    ...as("demo-client"),
    MCP_SERVERS,
  });
  await client.done();
  await children.stopAll();
}

/** The usual variables, and none of those that happen to be set where the demo is run. */
function environment(service: string, endpoint: string): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([key, value]) =>
    value === undefined || key.startsWith("OTEL_") ? [] : [[key, value] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRICS_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  };
}

/** For a server that cannot be asked for port 0, because it would not say which one it got. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
