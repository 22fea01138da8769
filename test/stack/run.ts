// `npm run stack`: the pipeline with the shipped files, and an example server with a client that uses it, until Ctrl-C. In containers where
// there is an engine for them, otherwise as native programs. `npm run stack -- --help` has the options.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { queryPrometheus } from "./ask.ts";
import { SHIPPED } from "./back-ends.ts";
import { buildAll, describeBuilds, programsOf, whyNotBuildable } from "./binaries.ts";
import { program, PRELOAD, type Told } from "./cast.ts";
import { findLoki, NO_LOKI } from "./loki-here.ts";
import { HELP, PORT_NAMES, readOptions, USUAL_PORTS, type Options } from "./options.ts";
import { startPage } from "./page.ts";
import { whenParentsGo } from "./parents.ts";
import { choosePorts, type Choice } from "../support/ports.ts";
import { pause } from "./service.ts";
import { startStack, type Stack } from "./stack.ts";

const TIDIED_WITHIN_MS = 2000;

/** Resolves with the reason to end. Listened to from the first moment: a build is to end as well. */
const end = new Promise<string>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(signal));
  whenParentsGo(() => resolve("what started it has gone"));
});

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.log(options);
  process.exitCode = options === HELP ? 0 : 2;
} else {
  const engine = ["docker", "podman"].find(
    (name) => succeeds(name, "info") && succeeds(name, "compose", "version"),
  );
  const run = engine !== undefined && !options.native ? inContainers(engine, options) : natively(options);
  process.exitCode = await run.catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  });
}
process.exit();

function succeeds(command: string, ...words: string[]): boolean {
  return spawnSync(command, words, { stdio: "ignore" }).status === 0;
}

async function inContainers(command: string, { ports }: Options): Promise<number> {
  const words = ["compose", "-f", join(SHIPPED, "compose", "compose.yaml"), "up", "--build"];
  const env = Object.fromEntries(
    PORT_NAMES.filter((name) => ports[name] !== undefined).map((name) => [
      USUAL_PORTS[name][2],
      String(ports[name]),
    ]),
  );
  const grafana = ports.page ?? 3000;
  console.log(
    `${command} ${words.join(" ")}\nGrafana will be at http://localhost:${grafana} (admin, admin).\n`,
  );
  const child = spawn(command, words, { stdio: "inherit", env: { ...process.env, ...env } });
  const ended = once(child, "exit") as Promise<[number | null]>;
  void end.then((reason) => reason !== "SIGINT" && child.kill()); // Ctrl-C goes to the engine as well
  const [code] = await ended;
  console.log(
    `Ended. The data is in the volumes of the project mcp-observability; \`${command} compose -f ${words[2]} down --volumes\` throws it away.`,
  );
  return code ?? 0;
}

/** Everything, from the first server to the example's client; or the reason why it is to end before that. */
async function natively(wanted: Options): Promise<number> {
  const missing = whyNotBuildable();
  if (missing !== undefined) {
    console.error(`There is no container engine here, and ${missing}`);
    return 1;
  }
  const begun = begin(wanted);
  const first = await Promise.race([begun, end]);
  if (typeof first !== "string") return untilTheEnd(first, wanted);
  // A build takes away what it has half done. Whatever else was started goes with this process.
  await Promise.race([begun.catch(() => undefined), pause(TIDIED_WITHIN_MS)]);
  console.log(`\nEnded (${first}) before it was ready.`);
  return 1;
}

interface Running {
  readonly stack: Stack;
  readonly programs: readonly Told[];
  readonly pages: Server;
}

async function begin({ ports: fixed, data, store, overlays }: Options): Promise<Running> {
  const loki = store === "loki" ? findLoki() : undefined;
  if (store === "loki" && loki === undefined) throw new Error(NO_LOKI);
  const { page: pagePort, ...ports } = await choosePorts(
    Object.fromEntries(
      PORT_NAMES.map((name) => [name, { usual: USUAL_PORTS[name][0], fixed: fixed[name] }]),
    ) as Record<(typeof PORT_NAMES)[number], Choice>,
  );
  console.log("Native programs, built by Go from test/stack/go where this machine does not have them yet:");
  const stopping = new AbortController();
  void end.then(() => stopping.abort());
  const built = await buildAll((line) => console.log(line), stopping.signal);
  console.log(`${describeBuilds(built)}\n`);
  const stack = await startStack(
    { ...programsOf(built), ...(loki && { loki }) },
    {
      configs: ["gateway.yaml", ...overlays],
      store,
      ports,
      durable: data !== undefined,
      ...(data && { data }),
    },
  );
  const { url: page, server: pages } = await startPage(stack, pagePort);

  const sending = { OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.http, OTEL_METRIC_EXPORT_INTERVAL: "5000" };
  const example = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const server = program([...PRELOAD, example("examples/v2-server/server.mjs")], {
    ...sending,
    OTEL_SERVICE_NAME: "weather",
    OTEL_INSTRUMENTATION_MCP_ADMIN: "on", // to have a page of its own to look at; no port opens unasked
  });
  const [, MCP_URL = ""] = await server.says(/weather server on (\S+)/);
  const [, own = ""] = await server.says(/health and metrics at (\S+)/);
  const user = program([...PRELOAD, example("collector/compose/example/traffic.mjs")], {
    ...sending,
    MCP_URL,
    OTEL_SERVICE_NAME: "traffic",
  });

  const elsewhere = PORT_NAMES.filter((name) => name !== "page" && ports[name] !== USUAL_PORTS[name][0]);
  console.log(`Look at  ${page}   links, queries, the newest traces
Send telemetry to
  ${stack.collector.http}   OTLP over http (OTEL_EXPORTER_OTLP_ENDPOINT)
  ${stack.collector.grpc}   OTLP over gRPC
An example server is talked to already: ${MCP_URL}, its own ${own}/metrics
Ask
  logs      ${stack.logs.url}${stack.logs.store === "loki" ? "/loki/api/v1/labels" : "/select/vmui"}
  metrics   ${stack.prometheus.url}/api/v1/query?query=mcp_tool_calls_total
  traces    ${stack.jaeger.url}/api/traces?service=weather&limit=1
  Collector ${stack.collector.telemetry}
${elsewhere.length > 0 ? `The usual port was taken, so there is another for: ${elsewhere.join(", ")}.\n` : ""}Data: ${data ?? `${stack.folder}, gone at the end; --data DIR keeps it`}. Ctrl-C ends everything.`);
  return { stack, programs: [user, server], pages };
}

async function untilTheEnd({ stack, programs, pages }: Running, { data }: Options): Promise<number> {
  const reason = await end;
  console.log(`\nEnding (${reason}) ...`);
  const calls = await queryPrometheus(stack.prometheus.url, 'sum(mcp_tool_calls_total{job="weather"})').catch(
    () => [],
  );
  pages.close();
  pages.closeAllConnections();
  await Promise.all(programs.map((one) => one.stop()));
  await stack.stop();
  console.log(
    `Ended, all of it. The example's server had counted ${calls[0]?.value ?? 0} tool calls. ${data === undefined ? "The data is gone." : `The data is in ${data}.`}`,
  );
  return 0;
}
