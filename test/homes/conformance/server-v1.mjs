// The server under test of the first SDK line (@modelcontextprotocol/sdk): everything the server suite of
// @modelcontextprotocol/conformance asks for, over Streamable HTTP with sessions and resumable streams.
// Prints the URL it listens on, and nothing else.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  isInitializeRequest,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { FORMS, registerCatalogue, RICH_SCHEMA, text } from "./catalogue.mjs";
import { createEventStore } from "./event-store.mjs";

// Long enough for the suite to see the gap, short enough not to be waited for.
const RETRY_MS = 200;
const STEP_MS = 50;

const sessions = new Map();

// Refuses foreign Host headers, which is what the DNS rebinding scenario is after.
const app = createMcpExpressApp();
app.all("/mcp", async (req, res) => {
  const id = req.headers["mcp-session-id"];
  const known = id === undefined ? undefined : sessions.get(id);
  if (id !== undefined && known === undefined) return refuse(res, 404, -32001, "Session not found");
  if (known === undefined && !isInitializeRequest(req.body)) return refuse(res, 400, -32000, "No session yet");
  const transport = known ?? (await openSession());
  await transport.handleRequest(req, res, req.body);
});
const http = app.listen(0, "localhost", () => console.log(`http://localhost:${http.address().port}/mcp`));

async function openSession() {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: createEventStore(),
    retryInterval: RETRY_MS,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await createServer().connect(transport);
  return transport;
}

function createServer() {
  const server = new McpServer(
    { name: "everything-v1", version: "1.0.0" },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  registerCatalogue(server, { ResourceTemplate, completable });
  registerTalkingTools(server);
  registerAskingTools(server);
  registerRichSchema(server);
  const watched = new Set();
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    watched.add(params.uri);
    return {};
  });
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    watched.delete(params.uri);
    return {};
  });
  return server;
}

/** Tools that notify while they work, and one whose answer only a reconnecting client gets (SEP-1699). */
function registerTalkingTools(server) {
  server.registerTool("test_tool_with_logging", { description: "Logs while it works" }, async (extra) => {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await extra.sendNotification({ method: "notifications/message", params: { level: "info", data } });
      await sleep(STEP_MS);
    }
    return { content: [text("Logged three times")] };
  });
  server.registerTool("test_tool_with_progress", { description: "Reports progress" }, async (extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
      }
      await sleep(STEP_MS);
    }
    return { content: [text(`Progress was reported to ${progressToken}`)] };
  });
  server.registerTool("test_reconnection", { description: "Closes its stream before it answers" }, async (extra) => {
    extra.closeSSEStream?.();
    await sleep(STEP_MS);
    return { content: [text("Answered after the stream was closed")] };
  });
}

/** Tools that ask the client something before they answer. */
function registerAskingTools(server) {
  server.registerTool(
    "test_sampling",
    { description: "Asks the client's model", inputSchema: { prompt: z.string() } },
    async ({ prompt }, extra) => {
      const messages = [{ role: "user", content: text(prompt) }];
      const params = { messages, maxTokens: 100 };
      const reply = await extra.sendRequest({ method: "sampling/createMessage", params }, CreateMessageResultSchema);
      return { content: [text(`LLM response: ${reply.content.text}`)] };
    },
  );
  const elicit = async (extra, message, requestedSchema) => {
    const params = { mode: "form", message, requestedSchema };
    const { action, content } = await extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema);
    return { content: [text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`)] };
  };
  server.registerTool(
    "test_elicitation",
    { description: "Asks the user", inputSchema: { message: z.string() } },
    ({ message }, extra) => elicit(extra, message, FORMS.user),
  );
  server.registerTool("test_elicitation_sep1034_defaults", { description: "Asks with defaults" }, (extra) =>
    elicit(extra, "Please review the defaults", FORMS.defaults),
  );
  server.registerTool("test_elicitation_sep1330_enums", { description: "Asks with choices" }, (extra) =>
    elicit(extra, "Please choose", FORMS.enums),
  );
}

/** This SDK takes zod only; what zod cannot say itself travels as metadata, which its JSON Schema output includes. */
function registerRichSchema(server) {
  const { type, properties, additionalProperties, ...keywords } = RICH_SCHEMA;
  const shape = z.strictObject({ name: z.string().optional(), address: z.any().meta(properties.address) });
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "Tool with JSON Schema 2020-12 features", inputSchema: shape.meta(keywords) },
    () => ({ content: [text("Understood")] }),
  );
}

function refuse(res, status, code, message) {
  res.status(status).json({ jsonrpc: "2.0", id: null, error: { code, message } });
}
