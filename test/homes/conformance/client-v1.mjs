// The client under test of the first SDK line. The suite gives the address of its server as the last argument, and
// the scenario and what it needs in the environment.
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { ClientCredentialsProvider, PrivateKeyJwtProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { createAttempt, providerFor } from "./oauth.mjs";
import { CAPABILITIES, REPLIES, tour } from "./tour.mjs";

const url = new URL(process.argv.at(-1));
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
const provider = providerFor(scenario, context, { ClientCredentialsProvider, PrivateKeyJwtProvider });

const isDemand = (error) => error instanceof UnauthorizedError;

let transport;
// This line takes the code alone.
const attempt = createAttempt({ provider, isDemand, finishAuth: (answer) => transport.finishAuth(answer.get("code")) });
let client;
try {
  client = await attempt(connect);
  await tour(client, { ...context, attempt, isDemand });
} catch (error) {
  // Some scenarios are about refusing to go on. Said in the exit code, and not by dying of it: a process that ends by
  // itself is one whose telemetry can be waited for.
  console.error(error);
  process.exitCode = 1;
} finally {
  await client?.close();
}

async function connect() {
  const candidate = new Client({ name: "conformance-v1", version: "1.0.0" }, { capabilities: CAPABILITIES });
  for (const schema of [ElicitRequestSchema, CreateMessageRequestSchema, ListRootsRequestSchema]) {
    candidate.setRequestHandler(schema, ({ method }) => structuredClone(REPLIES[method]));
  }
  transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
  await candidate.connect(transport);
  return candidate;
}
