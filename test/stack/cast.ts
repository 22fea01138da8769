// Five programs in a row: an agent, an MCP host, two MCP servers, and an HTTP service that one of those calls. Of
// mcp-otelkit, only the preload of the three that use MCP.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const PRELOAD = ["--import", import.meta.resolve("mcp-otelkit/register")];
const PLAIN = ["--require", here("../../examples/demo/plain-telemetry.cjs")];

export interface Told {
  /** The first match on stdout or stderr from now on or before; rejects when the program ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** A line on its stdin. */
  order(line: string): void;
  output(): string;
  readonly ended: Promise<void>;
  /** Resolves when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

/** Runs `node` with these arguments, and with only PATH of this environment. */
export function program(words: readonly string[], env: Readonly<Record<string, string>>): Told {
  const child = spawn(process.execPath, words, {
    cwd: here("../.."),
    env: { PATH: process.env["PATH"], ...env },
  });
  const ended = once(child, "close").then(() => undefined);
  living.add(child);
  void ended.then(() => living.delete(child));
  const watching = new Set<() => void>();
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      for (const look of watching) look();
    });
  child.stdin.on("error", () => undefined); // it may have ended; how it ended says more
  return {
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(printed);
          if (match === null) return;
          watching.delete(look);
          resolve(match);
        };
        watching.add(look);
        void ended.then(() => reject(new Error(`${words.join(" ")} never said ${pattern}:\n${printed}`)));
        look();
      }),
    order: (line) => void child.stdin.write(`${line}\n`),
    output: () => printed,
    ended,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await ended;
    },
  };
}

export interface Cast {
  /** Has the agent ask for a plan; the id of that trace. */
  plan(city: string): Promise<string>;
  /** Has the host do something without the agent. */
  hostDoes(path: string, body?: string): Promise<void>;
  /** The address of the service's own /metrics. */
  page(service: "host" | "weather"): Promise<string>;
  output(): string;
  /** SIGTERM to all, so that each sends its remaining data. */
  stop(): Promise<void>;
}

/** @param env for the three that use MCP; for one of them by its service's name */
export async function startCast(
  endpoint: string,
  env: Readonly<Record<string, string>> = {},
  of: Readonly<Record<string, Record<string, string>>> = {},
): Promise<Cast> {
  const as = (service: string): Record<string, string> => ({
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    ...env,
    ...of[service],
  });
  const plain = { OTEL_BSP_SCHEDULE_DELAY: "200", OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" };

  const forecasts = program([...PLAIN, here("../../examples/demo/forecast-service.cjs")], {
    ...as("forecasts"),
    ...plain,
  });
  const [, FORECAST_URL = ""] = await forecasts.says(/(http:\S+)/);
  const weather = program([...PRELOAD, here("../../examples/v2-server/server.mjs")], {
    ...as("weather"),
    FORECAST_URL,
  });
  const [, REMOTE_SERVER = ""] = await weather.says(/weather server on (\S+)/);
  const LOCAL_SERVER = JSON.stringify({
    command: process.execPath,
    args: [...PRELOAD, here("../fixtures/guide/stdio-server.mjs")],
    // Its stderr is the host's, and only one of the two may print its page's address there.
    env: { ...as("local"), OTEL_INSTRUMENTATION_MCP_ADMIN: "off" },
  });
  const host = program([...PRELOAD, here("../fixtures/stack/host.mjs")], {
    ...as("host"),
    OTEL_INSTRUMENTATION_MCP_ADMIN: "on", // a client alone has no page unless it is wanted
    LOCAL_SERVER,
    REMOTE_SERVER,
  });
  const [, HOST_URL = ""] = await host.says(/host on (\S+)/);
  const agent = program([...PLAIN, here("../fixtures/stack/agent.cjs")], {
    ...as("agent"),
    ...plain,
    HOST_URL,
  });
  await agent.says(/agent ready/);

  const programs = { agent, host, weather, forecasts };
  let plans = 0;
  return {
    async plan(city) {
      plans += 1;
      agent.order(city);
      const [, id = ""] = await agent.says(new RegExp(`(?:planned 200 (\\w{32})[^]*){${plans}}`));
      return id;
    },
    async hostDoes(path, body = "") {
      const response = await fetch(`${HOST_URL}${path}`, { method: "POST", body });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    },
    async page(service) {
      const [, url = ""] = await programs[service].says(/health and metrics at (\S+)/);
      return url;
    },
    output: () =>
      Object.entries(programs)
        .map(([name, one]) => `--- ${name}\n${one.output()}`)
        .join("\n"),
    async stop() {
      for (const one of Object.values(programs)) await one.stop();
    },
  };
}
