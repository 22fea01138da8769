// `--crowd`: a made-up page of metrics for each of fifty servers, one of which has two hundred tools. Invented numbers, to see whether the
// dashboards can still be read; every other preview has real traffic.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BackEnds } from "./back-ends.ts";
import type { Traffic } from "./traffic.ts";

const SERVERS = 50;
const TOOLS_OF_ONE = 200;
const BOUNDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export async function startCrowd(ends: BackEnds): Promise<Traffic> {
  const began = Date.now();
  const http = createServer((request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(pageOf(Number(request.url?.slice(1)), (Date.now() - began) / 1000));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const target = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  ends.scrape(
    Array.from({ length: SERVERS }, (_, server) => ({
      job: `shop/server-with-a-long-name-${server}`,
      target,
      path: `/${server}`,
    })),
  );
  return {
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
    output: () => "",
  };
}

function pageOf(server: number, seconds: number): string {
  const tools = Array.from({ length: server === 0 ? TOOLS_OF_ONE : 5 }, (_, tool) => tool);
  const sessions = Math.round(8 + 6 * Math.sin(seconds / 20 + server));
  return [
    `mcp_active_sessions ${sessions}`,
    `process_resident_memory_bytes ${(90 + server * 4 + seconds / 10) * 1024 * 1024}`,
    `process_cpu_seconds_total ${seconds * (0.02 + server / 200)}`,
    `process_uptime_seconds ${seconds + server * 1000}`,
    ...tools.flatMap((tool) => linesOf(server, tool, seconds)),
    "",
  ].join("\n");
}

function linesOf(server: number, tool: number, seconds: number): string[] {
  const name = server === 0 ? `a_tool_with_a_rather_long_name_${tool}` : `tool_${tool}`;
  const rate = 3 / (1 + ((tool * 7 + server) % 23));
  const calls = Math.floor(rate * (seconds + 2 * Math.sin(seconds / 9 + tool)));
  const failed = Math.floor(calls * (tool % 9 === 4 ? 0.2 : 0.004));
  const typical = 0.02 * (1 + ((tool * 5 + server) % 40));
  const within = (bound: number): number => Math.round(calls * (1 - Math.exp(-bound / typical)));
  const operation = `gen_ai_tool_name="${name}",mcp_method_name="tools/call",mcp_protocol_version="2025-11-25",network_transport="tcp"`;
  return [
    `mcp_tool_calls_total{tool_name="${name}",status="success"} ${calls - failed}`,
    `mcp_tool_calls_total{tool_name="${name}",status="error"} ${failed}`,
    `mcp_server_operation_duration_seconds_count{${operation},error_type=""} ${calls - failed}`,
    `mcp_server_operation_duration_seconds_count{${operation},error_type="tool_error"} ${failed}`,
    ...BOUNDS.map(
      (bound) => `mcp_tool_call_duration_seconds_bucket{tool_name="${name}",le="${bound}"} ${within(bound)}`,
    ),
    `mcp_tool_call_duration_seconds_bucket{tool_name="${name}",le="+Inf"} ${calls}`,
    `mcp_tool_call_duration_seconds_sum{tool_name="${name}"} ${calls * typical}`,
    `mcp_tool_call_duration_seconds_count{tool_name="${name}"} ${calls}`,
  ];
}
