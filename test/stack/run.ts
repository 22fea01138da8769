// `npm run stack`: the pipeline with the shipped files, and an example server with somebody who uses it, until Ctrl-C. In containers
// where there is an engine for them, otherwise as native programs on free ports. Words after `--` are overlays:
//   npm run stack -- overlays/span-metrics.yaml
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SHIPPED, type Programs } from "./back-ends.ts";
import { buildAll, describeBuilds, whyNotBuildable } from "./binaries.ts";
import { program, PRELOAD } from "./cast.ts";
import { startStack } from "./stack.ts";

const overlays = process.argv.slice(2);
const engine = ["docker", "podman"].find(
  (name) => succeeds(name, "info") && succeeds(name, "compose", "version"),
);

process.exitCode =
  engine !== undefined && overlays.length === 0 ? await inContainers(engine) : await natively();

function succeeds(command: string, ...words: string[]): boolean {
  return spawnSync(command, words, { stdio: "ignore" }).status === 0;
}

async function inContainers(command: string): Promise<number> {
  const words = ["compose", "-f", join(SHIPPED, "compose", "compose.yaml"), "up", "--build"];
  console.log(`${command} ${words.join(" ")}\nGrafana will be at http://localhost:3000 (admin, admin).\n`);
  process.on("SIGINT", () => undefined); // it goes to the engine as well, which then ends by itself
  const [code] = (await once(spawn(command, words, { stdio: "inherit" }), "exit")) as [number | null];
  return code ?? 0;
}

async function natively(): Promise<number> {
  const missing = whyNotBuildable();
  if (missing !== undefined) {
    console.error(`There is no container engine here, and ${missing}`);
    return 1;
  }
  console.log("No container engine is used; these are built by Go from test/stack/go, once:");
  const built = await buildAll((line) => console.log(line));
  console.log(`${describeBuilds(built)}\n`);
  const programs = Object.fromEntries(built.map(({ program: name, path }) => [name, path])) as Programs;
  const stack = await startStack(programs, { configs: ["gateway.yaml", ...overlays] });

  const sending = { OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.http, OTEL_METRIC_EXPORT_INTERVAL: "5000" };
  const example = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const server = program([...PRELOAD, example("examples/v2-server/server.mjs")], {
    ...sending,
    OTEL_SERVICE_NAME: "weather",
  });
  const [, MCP_URL = ""] = await server.says(/weather server on (\S+)/);
  const [, page = ""] = await server.says(/health and metrics at (\S+)/);
  const user = program([...PRELOAD, example("collector/compose/example/traffic.mjs")], {
    ...sending,
    MCP_URL,
    OTEL_SERVICE_NAME: "traffic",
  });

  console.log(`Send telemetry to
  ${stack.collector.http}   OTLP over http (OTEL_EXPORTER_OTLP_ENDPOINT)
  ${stack.collector.grpc}   OTLP over gRPC
An example server is talked to already: ${MCP_URL}, its own ${page}/metrics
Ask (Jaeger and Prometheus are built without their web pages, which are not in their Go modules):
  traces    ${stack.jaeger.url}/api/v3/services
            ${stack.jaeger.url}/api/traces?service=weather&limit=1
  metrics   ${stack.prometheus.url}/api/v1/query?query=mcp_tool_calls_total
  logs      ${stack.loki.url}/loki/api/v1/query_range?query=%7Bservice_name%3D%22weather%22%7D
  Collector ${stack.collector.telemetry}
Logs and data: ${stack.folder}, gone at the end. Ctrl-C ends everything.`);
  await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  await Promise.all([user.stop(), server.stop()]);
  await stack.stop();
  return 0;
}
