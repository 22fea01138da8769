// An MCP client and its server over stdio, both under the preload, at a steady number of calls a second; and what of that is found.
import { fileURLToPath } from "node:url";
import { queryPrometheus, traceInJaeger } from "./ask.ts";
import { PRELOAD, program } from "./cast.ts";
import { countIn } from "./log-stores.ts";
import type { Stack } from "./stack.ts";

export interface Talk {
  /** What has to be found of it: two spans and two lines for each call, and a span for each second. */
  readonly spans: number;
  readonly lines: number;
  readonly calls: number;
  /** Resolves when the last call is answered, with the ids of the traces and the time it really took. */
  said(): Promise<{ traces: string[]; seconds: number }>;
  /** The same, once both have ended as well, and so have sent what they had. */
  done(): Promise<{ traces: string[]; seconds: number }>;
  output(): string;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export function startTalk(
  endpoint: string,
  { rate, seconds }: { rate: number; seconds: number },
  env: Readonly<Record<string, string>> = {},
): Talk {
  const as = (service: string) => ({
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
    OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
    ...env,
  });
  const args = [...PRELOAD, here("../fixtures/guide/stdio-server.mjs")];
  const caller = program([...PRELOAD, here("../fixtures/stack/caller.mjs")], {
    ...as("caller"),
    LOCAL_SERVER: JSON.stringify({ command: process.execPath, args, env: as("callee") }),
    RATE: String(rate),
    SECONDS: String(seconds),
  });
  const said = async () => {
    const [, told = ""] = await caller.says(/^(\{"traces".*\})$/m);
    return JSON.parse(told) as { traces: string[]; seconds: number };
  };
  const calls = rate * seconds;
  return {
    spans: seconds + calls * 2,
    lines: calls * 2,
    calls,
    said,
    async done() {
      const told = await said();
      await caller.ended;
      return told;
    },
    output: () => caller.output(),
  };
}

export async function foundOf({ jaeger, logs, prometheus }: Stack, traces: readonly string[]) {
  const seen = await Promise.all(traces.map((id) => traceInJaeger(jaeger.url, id)));
  const lines = await countIn(logs, { service: "caller|callee", contains: "Tool call completed" });
  const [count] = await queryPrometheus(prometheus.url, 'sum(mcp_tool_calls_total{job="callee"})');
  return {
    spans: new Set(seen.flat().map(({ spanId }) => spanId)).size, // at least once: one that came twice is one
    lines,
    counted: count?.value ?? 0,
  };
}
