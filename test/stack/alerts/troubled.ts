// Servers in trouble and their users: each program under the preload; the test itself is a client without telemetry, so that what is
// counted is known.
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { PRELOAD, program, type Told } from "../cast.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const TROUBLED = here("../../fixtures/stack/troubled.mjs");
const EXAMPLES = { weather: "v2-server", exchange: "business-metrics" } as const;

export interface Running {
  readonly url: string;
  /** Where a server that is scraped has its metrics: host and port. */
  page(): Promise<string>;
  readonly told: Told;
}

export interface User {
  call(tool: string, times?: number, args?: Record<string, unknown>): Promise<void>;
  /** Tells the server that the session is over; `close` alone does not. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export function cast(endpoint: string) {
  const running: Told[] = [];
  const closing: (() => Promise<void>)[] = [];
  const env = (service: string): Record<string, string> => ({
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
  });
  const start = (service: string, file: string, more: Readonly<Record<string, string>> = {}): Told => {
    const told = program([...PRELOAD, file], { ...env(service), ...more });
    running.push(told);
    return told;
  };
  const server = async (
    service: string,
    more: Readonly<Record<string, string>> = {},
    example?: keyof typeof EXAMPLES,
  ): Promise<Running> => {
    const file = example === undefined ? TROUBLED : here(`../../../examples/${EXAMPLES[example]}/server.mjs`);
    const told = start(service, file, more);
    const [, url = ""] = await told.says(/server on (\S+)/);
    return {
      url,
      told,
      page: async () => (await told.says(/health and metrics at http:\/\/([^/\s]+)/))[1] ?? "",
    };
  };
  const userOf = (client: Client): User => {
    closing.push(() => client.close());
    return {
      async end() {
        if (client.transport instanceof StreamableHTTPClientTransport)
          await client.transport.terminateSession();
      },
      close: () => client.close(),
      async call(tool, times = 1, args = {}) {
        const one = () => client.callTool({ name: tool, arguments: args }).catch(() => undefined);
        for (let n = 0; n < times; n += 1) await one();
      },
    };
  };
  return {
    server,
    /** Scraped, not pushed. */
    scraped: (service: string) =>
      server(service, { OTEL_METRICS_EXPORTER: "prometheus", OTEL_EXPORTER_PROMETHEUS_PORT: "0" }),
    /** A client with telemetry: so many calls at once of a tool that takes so long, with so much patience. */
    async visitor(service: string, SERVER: string, calls: number, ms: number, patienceMs: number) {
      const told = start(service, here("../../fixtures/stack/visitor.mjs"), {
        SERVER,
        CALLS: String(calls),
        MS: String(ms),
        PATIENCE_MS: String(patienceMs),
      });
      await told.says(/visited/);
      return told;
    },
    async user(url: string): Promise<User> {
      const client = new Client({ name: "driver", version: "1.0.0" });
      await client.connect(new StreamableHTTPClientTransport(new URL(url)));
      return userOf(client);
    },
    /** A server over stdio, and its only user. */
    async own(service: string): Promise<User> {
      const client = new Client({ name: "driver", version: "1.0.0" });
      const all = { PATH: process.env["PATH"] ?? "", ...env(service) };
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [...PRELOAD, TROUBLED, "--stdio"],
          env: all,
        }),
      );
      client.onerror = () => undefined; // a line that is no message is what it is for
      return userOf(client);
    },
    output: () => running.map((told) => told.output()).join("\n"),
    async stop() {
      await Promise.all(closing.map((close) => close().catch(() => undefined)));
      await Promise.all(running.map((told) => told.stop("SIGKILL")));
    },
  };
}

export type Cast = ReturnType<typeof cast>;
