// The server under test of the second SDK line (@modelcontextprotocol/server), both ways at one address: requests of
// 2026-07-28 through createMcpHandler, a server for each; older ones in sessions, as the suites of 2025 expect.
// Prints the URL it listens on, and nothing else.
import { randomUUID } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from "@modelcontextprotocol/node";
import {
  completable,
  createMcpHandler,
  fromJsonSchema,
  isInitializeRequest,
  isLegacyRequest,
  McpServer,
  ResourceTemplate,
} from "@modelcontextprotocol/server";
import { FORMS, registerCatalogue, RICH_SCHEMA, text } from "./catalogue.mjs";
import { createEventStore } from "./event-store.mjs";
import { registerRounds, verifyState } from "./rounds.mjs";

const RETRY_MS = 200;
const STEP_MS = 50;

const sessions = new Map();
const modern = createMcpHandler(() => createServer(), { legacy: "reject" });
const serveModern = toNodeHandler(modern);
const hostIsOurs = localhostHostValidation();
const originIsOurs = localhostOriginValidation();

const http = createHttpServer(async (req, res) => {
  if (!hostIsOurs(req, res) || !originIsOurs(req, res)) return;
  const body = req.method === "POST" ? await jsonOf(req) : undefined;
  const legacy = await isLegacyRequest(await toWebRequest(req, body));
  await (legacy ? serveSession(req, res, body) : serveModern(req, res, body));
});
http.listen(0, "localhost", () => console.log(`http://localhost:${http.address().port}/mcp`));

async function serveSession(req, res, body) {
  const id = req.headers["mcp-session-id"];
  const known = id === undefined ? undefined : sessions.get(id);
  if (id !== undefined && known === undefined) return refuse(res, 404, -32001, "Session not found");
  if (known === undefined && !isInitializeRequest(body)) return refuse(res, 400, -32000, "No session yet");
  await (known ?? (await openSession())).handleRequest(req, res, body);
}

async function openSession() {
  const transport = new NodeStreamableHTTPServerTransport({
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
    { name: "everything-v2", version: "1.0.0" },
    {
      capabilities: { logging: {}, resources: { subscribe: true } },
      cacheHints: { "tools/list": { ttlMs: 1000, cacheScope: "public" } },
      requestState: { verify: verifyState },
    },
  );
  registerCatalogue(server, { ResourceTemplate, completable });
  registerTalkingTools(server);
  registerAskingTools(server);
  registerChangingTools(server);
  registerRounds(server);
  registerSchemas(server);
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
  return server;
}

function registerTalkingTools(server) {
  const log = async ({ mcpReq }) => {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await mcpReq.log("info", data);
      await sleep(STEP_MS);
    }
    return { content: [text("Logged three times")] };
  };
  server.registerTool("test_tool_with_logging", { description: "Logs while it works" }, log);
  server.registerTool("test_logging_tool", { description: "Logs to those who want it" }, log);
  server.registerTool("test_tool_with_progress", { description: "Reports progress" }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100 };
      if (progressToken !== undefined) await mcpReq.notify({ method: "notifications/progress", params });
      await sleep(STEP_MS);
    }
    return { content: [text(`Progress was reported to ${progressToken}`)] };
  });
  server.registerTool("test_reconnection", { description: "Closes its stream before it answers" }, async (ctx) => {
    ctx.http?.closeSSE?.();
    await sleep(STEP_MS);
    return { content: [text("Answered after the stream was closed")] };
  });
}

/** Tools that push a request to the client, which only the older revisions allow. */
function registerAskingTools(server) {
  const prompt = fromJsonSchema({ type: "object", properties: { prompt: { type: "string" } }, required: ["prompt"] });
  server.registerTool("test_sampling", { description: "Asks the client's model", inputSchema: prompt }, async (args, ctx) => {
    const messages = [{ role: "user", content: text(args.prompt) }];
    const reply = await ctx.mcpReq.requestSampling({ messages, maxTokens: 100 });
    return { content: [text(`LLM response: ${reply.content.text}`)] };
  });
  const elicit = async (ctx, message, requestedSchema) => {
    const { action, content } = await ctx.mcpReq.elicitInput({ mode: "form", message, requestedSchema });
    return { content: [text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`)] };
  };
  const message = fromJsonSchema({ type: "object", properties: { message: { type: "string" } }, required: ["message"] });
  server.registerTool("test_elicitation", { description: "Asks the user", inputSchema: message }, (args, ctx) =>
    elicit(ctx, args.message, FORMS.user),
  );
  server.registerTool("test_elicitation_sep1034_defaults", { description: "Asks with defaults" }, (ctx) =>
    elicit(ctx, "Please review the defaults", FORMS.defaults),
  );
  server.registerTool("test_elicitation_sep1330_enums", { description: "Asks with choices" }, (ctx) =>
    elicit(ctx, "Please choose", FORMS.enums),
  );
}

/** Tools that make open `subscriptions/listen` streams hear something. */
function registerChangingTools(server) {
  server.registerTool("test_trigger_tool_change", { description: "Says the tools changed" }, () => {
    modern.notify.toolsChanged();
    return { content: [text("Told")] };
  });
  server.registerTool("test_trigger_prompt_change", { description: "Says the prompts changed" }, () => {
    modern.notify.promptsChanged();
    return { content: [text("Told")] };
  });
}

function registerSchemas(server) {
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "Tool with JSON Schema 2020-12 features", inputSchema: fromJsonSchema(RICH_SCHEMA) },
    () => ({ content: [text("Understood")] }),
  );
  const region = { type: "string", "x-mcp-header": "Region" };
  server.registerTool(
    "test_custom_header",
    {
      description: "Has a parameter that is mirrored into a header",
      inputSchema: fromJsonSchema({ type: "object", properties: { region }, required: ["region"] }),
    },
    (args) => ({ content: [text(`Region ${args.region}`)] }),
  );
}

async function jsonOf(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function refuse(res, status, code, message) {
  res.writeHead(status, { "content-type": "application/json" });
  res.end(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code, message } }));
}
