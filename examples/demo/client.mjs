// What an agent might do with three MCP servers. MCP_SERVERS says where they are, like the mcp.json of any host.
// All it knows of OpenTelemetry is the span it opens around each conversation, as any traced application has one.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { trace } from "@opentelemetry/api";

const servers = JSON.parse(process.env.MCP_SERVERS ?? "{}");

await conversation("a session over stdio", servers.everything, async (client) => {
  await client.listTools();
  await client.callTool({ name: "get-sum", arguments: { a: 19, b: 23 } });
  await client.readResource({ uri: "demo://resource/dynamic/text/7" });
  await client.getPrompt({ name: "args-prompt", arguments: { city: "Graz" } });
  // The server sends a request to the model on this side.
  await client.callTool({
    name: "trigger-sampling-request",
    arguments: { prompt: "Say hello", maxTokens: 10 },
  });
});

await conversation("a session over Streamable HTTP", servers.everythingHttp, async (client) => {
  await client.callTool({ name: "echo", arguments: { message: "over HTTP now" } });
  await client.callTool({
    name: "trigger-sampling-request",
    arguments: { prompt: "Say hello", maxTokens: 10 },
  });
  // The user loses patience as soon as the first sign of progress arrives.
  const patience = new AbortController();
  const slow = { name: "trigger-long-running-operation", arguments: { duration: 0.4, steps: 4 } };
  const options = { signal: patience.signal, onprogress: () => patience.abort("the user pressed stop") };
  await refused(client.callTool(slow, options));
  await client.callTool({ name: "get-sum", arguments: { a: "nineteen" } });
});

await conversation("requests without a session", servers.weather, async (client) => {
  await client.listTools();
  await client.callTool({ name: "forecast", arguments: { city: "Graz" } });
  await client.readResource({ uri: "weather://city/Graz" });
  await client.getPrompt({ name: "packing_list", arguments: { day: "Sunday" } });
  await client.callTool({ name: "storm_warning" });
  await refused(client.callTool({ name: "moon_phase" }));
});

/** @param {string} name @param {object} server @param {(client: Client) => Promise<void>} talk */
async function conversation(name, server, talk) {
  await trace.getTracer("demo-client").startActiveSpan(name, async (span) => {
    const versionNegotiation = { mode: server.protocol ? { pin: server.protocol } : "legacy" };
    const client = new Client(
      { name: "demo-client", version: "1.0.0" },
      { capabilities: { sampling: {} }, versionNegotiation },
    );
    client.setRequestHandler("sampling/createMessage", async () => {
      return { model: "a-model", role: "assistant", content: { type: "text", text: "Hello." } };
    });
    const transport = server.url
      ? new StreamableHTTPClientTransport(new URL(server.url))
      : new StdioClientTransport(server);
    try {
      await client.connect(transport);
      await talk(client);
      if (transport.sessionId) await transport.terminateSession();
    } finally {
      await client.close();
      span.end();
    }
  });
}

/** This call has to fail; if it does not, the demo shows something else than it says. */
async function refused(call) {
  const outcome = await call.then(
    () => "an answer",
    () => "a refusal",
  );
  if (outcome !== "a refusal") throw new Error(`expected a refusal, got ${outcome}`);
}
