// Starts the server under mcp-otelkit, calls its tool a few times, and prints the metrics of both from its /metrics
// page.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const PRELOAD = ["--import", import.meta.resolve("mcp-otelkit/register")];
const SHOWN = /^(api_quota|cache_requests|data_age|mcp_tool_calls_total)\w*\{/;

const server = spawn(process.execPath, [...PRELOAD, fileURLToPath(new URL("server.mjs", import.meta.url))], {
  env: {
    ...process.env,
    OTEL_METRICS_EXPORTER: "prometheus",
    OTEL_TRACES_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  },
});
try {
  const [url, page] = await said(server, /server on (\S+)/, /metrics at (\S+)/);
  const client = new Client({ name: "try", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  await client.listTools();
  for (const [amount, from, to] of [
    [10, "EUR", "USD"],
    [20, "EUR", "USD"],
    [30, "USD", "JPY"],
    [40, "EUR", "USD"],
  ]) {
    const { content } = await client.callTool({ name: "convert", arguments: { amount, from, to } });
    console.log(`${amount} ${from} = ${content[0].text}`);
  }
  await client.close();

  const text = await (await fetch(`${page}/metrics`)).text();
  console.log(
    `\n${text
      .split("\n")
      .filter((line) => SHOWN.test(line))
      .toSorted()
      .join("\n")}`,
  );
} finally {
  server.kill();
}

/** The first group of each pattern, as soon as the program has said them all. */
function said(program, ...patterns) {
  return new Promise((resolve, reject) => {
    let printed = "";
    const look = (chunk) => {
      printed += chunk;
      const found = patterns.map((pattern) => pattern.exec(printed)?.[1]);
      if (found.every((group) => group !== undefined)) resolve(found);
    };
    for (const stream of [program.stdout, program.stderr]) stream.setEncoding("utf8").on("data", look);
    program.once("exit", () => reject(new Error(`the server ended early:\n${printed}`)));
  });
}
