// An MCP server as a host has it: over stdio, under the preload, for as long as it is wanted. Its client is in this process and sends no
// telemetry, so that what is counted is the server's and nothing else.
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { PRELOAD } from "./cast.ts";

const SERVER = fileURLToPath(new URL("../../examples/v2-server/server.mjs", import.meta.url));

export interface StdioServer {
  /** A tool that succeeds. */
  succeed(times: number): Promise<void>;
  /** A tool that throws. */
  fail(times: number): Promise<void>;
  /** The tool that succeeds, without its argument. */
  misuse(times: number): Promise<void>;
  /** As a host ends it: by closing its stdin. Resolves when it has ended, and so has sent what it had. */
  end(): Promise<void>;
  kill(): Promise<void>;
  /** The first match in what it wrote to stderr. */
  says(pattern: RegExp): string | undefined;
}

export async function startStdioServer(
  endpoint: string,
  service: string,
  env: Readonly<Record<string, string>> = {},
): Promise<StdioServer> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...PRELOAD, SERVER, "--stdio"],
    env: {
      PATH: process.env["PATH"] ?? "",
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      ...env,
    },
    stderr: "pipe",
  });
  let said = "";
  transport.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const client = new Client({ name: "driver", version: "1.0.0" });
  await client.connect(transport);
  const call = async (name: string, times: number, args: object = { city: "Graz" }): Promise<void> => {
    for (let n = 0; n < times; n += 1) await client.callTool({ name, arguments: { ...args } });
  };
  return {
    succeed: (times) => call("forecast", times),
    fail: (times) => call("storm_warning", times),
    // Some SDKs answer with a result, others with an error.
    misuse: (times) => call("forecast", times, {}).catch(() => undefined),
    end: () => client.close(),
    async kill() {
      if (transport.pid !== null) process.kill(transport.pid, "SIGKILL");
      await client.close();
    },
    says: (pattern) => pattern.exec(said)?.[1],
  };
}
