// The client under test of the second SDK line, at the protocol revision the suite runs at.
import {
  Client,
  ClientCredentialsProvider,
  PrivateKeyJwtProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { createAttempt, providerFor } from "./oauth.mjs";
import { CAPABILITIES, REPLIES, tour } from "./tour.mjs";

const FIRST_STATELESS = "2026-07-28";

const url = new URL(process.argv.at(-1));
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
const revision = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? "2025-11-25";
const provider = providerFor(scenario, context, { ClientCredentialsProvider, PrivateKeyJwtProvider });

const isDemand = (error) => error instanceof UnauthorizedError;

let transport;
const attempt = createAttempt({ provider, isDemand, finishAuth: (answer) => transport.finishAuth(answer) });
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
  const candidate = new Client(
    { name: "conformance-v2", version: "1.0.0" },
    {
      capabilities: CAPABILITIES,
      versionNegotiation: { mode: revision >= FIRST_STATELESS ? { pin: revision } : "legacy" },
    },
  );
  for (const [method, reply] of Object.entries(REPLIES)) {
    candidate.setRequestHandler(method, () => structuredClone(reply));
  }
  transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
  await candidate.connect(transport);
  return candidate;
}
