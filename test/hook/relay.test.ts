// Relays: two transports of an SDK wired to each other without a Protocol, as mcp-remote and supergateway do it.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import * as clientV2 from "@modelcontextprotocol/client";
import * as clientStdioV2 from "@modelcontextprotocol/client/stdio";
import * as nodeV2 from "@modelcontextprotocol/node";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import * as clientSse from "@modelcontextprotocol/sdk/client/sse.js";
import * as clientStdio from "@modelcontextprotocol/sdk/client/stdio.js";
import * as clientHttp from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import * as serverSse from "@modelcontextprotocol/sdk/server/sse.js";
import * as serverStdio from "@modelcontextprotocol/sdk/server/stdio.js";
import * as serverHttp from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import * as serverWeb from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import * as serverV2 from "@modelcontextprotocol/server";
import * as serverStdioV2 from "@modelcontextprotocol/server/stdio";
import { describe, expect, it, onTestFinished } from "vitest";
import { patchExports } from "../../src/hook/loader/patch.ts";
import { chainsOf } from "../process/chains.ts";
import { until, withTelemetry } from "../support/with-telemetry.ts";
import { loadSdk } from "../support/sdks.ts";
import type { SeenLog } from "../support/seen-log.ts";

await Promise.all([loadSdk("v1-latest"), loadSdk("v2-latest")]);
for (const file of [clientSse, clientStdio, clientHttp, serverSse, serverStdio, serverHttp, serverWeb])
  patchExports({ ...file }, "test");
for (const file of [clientV2, clientStdioV2, serverV2, serverStdioV2]) patchExports({ ...file }, "test");

/** What a relay needs of a transport; the SDKs' own types differ by generation. */
interface Wire {
  start(): Promise<void>;
  send(message: never): Promise<void>;
  close(): Promise<void>;
  terminateSession?(): Promise<void>;
  onmessage?: ((message: never) => void) | undefined;
  onclose?: (() => void) | undefined;
}
type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

const SDKS = {
  v1: {
    StdioServer: serverStdio.StdioServerTransport,
    StdioClient: clientStdio.StdioClientTransport,
    HttpServer: serverHttp.StreamableHTTPServerTransport,
    HttpClient: clientHttp.StreamableHTTPClientTransport,
    SseClient: clientSse.SSEClientTransport,
  },
  v2: {
    StdioServer: serverStdioV2.StdioServerTransport,
    StdioClient: clientStdioV2.StdioClientTransport,
    HttpServer: nodeV2.NodeStreamableHTTPServerTransport,
    HttpClient: clientV2.StreamableHTTPClientTransport,
    SseClient: clientV2.SSEClientTransport,
  },
} as const;
type Classes = (typeof SDKS)[keyof typeof SDKS];

/** A stdio server without an SDK, which answers with the trace context that it got. */
const ECHO = `require("readline").createInterface(process.stdin).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result = method === "initialize"
    ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "echo", version: "1" } }
    : { content: [{ type: "text", text: JSON.stringify(params._meta) }] };
  console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
});`;

function createEcho(): McpServer {
  const server = new McpServer({ name: "echo", version: "1" });
  server.registerTool("echo", {}, (extra: unknown) => {
    const { _meta } = extra as { _meta?: unknown };
    return { content: [{ type: "text" as const, text: JSON.stringify(_meta) }] };
  });
  return server;
}

async function listen(handler: Handler): Promise<URL> {
  const http = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
}

const OPTIONS = { sessionIdGenerator: () => "session-1" };

/** Serves SSE: each stream is given to `open`. */
function sse(open: (transport: serverSse.SSEServerTransport) => Promise<void>): Promise<URL> {
  let transport: serverSse.SSEServerTransport;
  return listen((request, response) => {
    if (request.method === "POST") return transport.handlePostMessage(request, response);
    transport = new serverSse.SSEServerTransport("/", response);
    return open(transport);
  });
}

type End = "stdio" | "http" | "sse";
const ENDS: readonly End[] = ["stdio", "http", "sse"];

/** The client in front of the relay, and the relay's transport that it speaks to. */
const NEAR: Record<End, (sdk: Classes, open: (near: Wire) => Promise<void>) => Promise<Wire>> = {
  async stdio({ StdioServer }, open) {
    const [there, back] = [new PassThrough(), new PassThrough()];
    await open(new StdioServer(there, back));
    return new serverStdio.StdioServerTransport(back, there); // the same lines for a client
  },
  async http({ HttpServer }, open) {
    const transport = new HttpServer(OPTIONS);
    await open(transport);
    const url = await listen((request, response) => transport.handleRequest(request, response));
    return new clientHttp.StreamableHTTPClientTransport(url);
  },
  async sse(_sdk, open) {
    const url = await sse((transport) => open(transport));
    return new clientSse.SSEClientTransport(url);
  },
};

/** The relay's transport to the server behind it. */
const FAR: Record<End, (sdk: Classes) => Promise<Wire>> = {
  stdio: ({ StdioClient }) =>
    Promise.resolve(new StdioClient({ command: process.execPath, args: ["-e", ECHO] })),
  async http({ HttpClient }) {
    const transport = new serverHttp.StreamableHTTPServerTransport(OPTIONS);
    await createEcho().connect(transport);
    return new HttpClient(await listen((request, response) => transport.handleRequest(request, response)));
  },
  async sse({ SseClient }) {
    return new SseClient(await sse((transport) => createEcho().connect(transport)));
  },
};

/** What a relay does: it passes on, and closes both together. */
async function relay(near: Wire, far: Wire): Promise<void> {
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false; // a transport calls `onclose` inside `close`
    void Promise.all([near.close(), far.close()]);
  };
  near.onmessage = (message) => void far.send(message);
  near.onclose = close;
  await far.start();
  far.onmessage = (message) => void near.send(message);
  far.onclose = close;
  await near.start();
}

/** `SERVER x > CLIENT x` for each hop of each message. */
const chain = (message: string, hops: number) =>
  Array.from({ length: hops }, () => `CLIENT ${message} > SERVER ${message}`).join(" > ");
const MESSAGES = ["initialize", "notifications/initialized", "tools/call echo"];

const ROWS = (["v1", "v2"] as const).flatMap((sdk) =>
  ENDS.filter((near) => sdk === "v1" || near !== "sse") // v2 has no server for SSE
    .flatMap((near) => ENDS.map((far) => [sdk, near, far] as const)),
);

describe.each(ROWS)("%s: a relay from %s to %s", (generation, near, far) => {
  it("is seen: both hops in one trace, its sessions, and the trace context in the next hop", async () => {
    const sdk = SDKS[generation];
    let text: unknown;
    let records: () => readonly SeenLog[] = () => [];

    const { spans } = await withTelemetry(
      async ({ logs }) => {
        records = logs;
        const client = new Client({ name: "host", version: "1" });
        const wires: Wire[] = [];
        const transport = await NEAR[near](sdk, async (nearWire) => {
          const farWire = await FAR[far](sdk);
          wires.push(nearWire, farWire);
          await relay(nearWire, farWire);
        });
        await client.connect(transport as never);
        const result = await client.callTool({ name: "echo" });
        [{ text }] = result.content as [{ text: unknown }];
        for (const wire of [...wires, transport]) await wire?.terminateSession?.();
        await client.close();
        await Promise.all(wires.map((wire) => wire.close()));
        await until(
          () => closed(logs()) === opened(logs()),
          () => `${opened(logs())} sessions opened, ${closed(logs())} closed`,
        );
      },
      { logLevel: "INFO" },
    );

    // The server behind stdio is a process of its own, without spans.
    const cut = far === "stdio" ? / > SERVER [^>]*$/ : /$/;
    expect(chainsOf(spans)).toEqual(MESSAGES.map((message) => chain(message, 2).replace(cut, "")));
    const lastClient = spans
      .filter(({ kind, name }) => kind === "CLIENT" && name === "tools/call echo")
      .at(-1);
    expect(JSON.parse(String(text))).toEqual({
      traceparent: `00-${lastClient?.traceId}-${lastClient?.spanId}-01`,
    });
    expect([opened(records()), closed(records())]).toEqual(far === "stdio" ? [3, 3] : [4, 4]);
  });
});

const named = (name: string) => (records: readonly SeenLog[]) =>
  records.filter(({ eventName }) => eventName === name).length;
const opened = named("mcp.session.opened");
const closed = named("mcp.session.closed");
