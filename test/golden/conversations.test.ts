import { StreamableHTTPClientTransport as ClientV2 } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport as ClientV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { createMcpHandler, type McpServer } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { expect, it } from "vitest";
import { createAnswerer, createAsker, loadSdk, type SdkName } from "../support/sdks.ts";
import { withTelemetry } from "../support/with-telemetry.ts";
import { converse, createLog, wire } from "./conversation.ts";
import { picture } from "./picture.ts";
import { StdioPipe } from "./pipe.ts";

const URL_OF_SERVER = new URL("http://mcp.example:8080/mcp");

it.each<SdkName>(["v1-oldest", "v1-latest", "v2-latest"])("a whole conversation in memory, %s", async (name) => {
  const sdk = await loadSdk(name);
  const { InMemoryTransport } = sdk.exports as { InMemoryTransport: { createLinkedPair(): [unknown, unknown] } };

  const { spans } = await withTelemetry(async (telemetry) => {
    const { onLog, logged } = createLog();
    const [there, here] = InMemoryTransport.createLinkedPair();
    await createAnswerer(sdk).connect(here);
    await converse(createAsker(sdk, { onLog }), { telemetry, logged }, there);
  });

  await expect(picture(spans)).toMatchFileSnapshot(`${name}-memory.txt`);
});

it("a whole conversation over HTTP with a session, v1-latest", async () => {
  const sdk = await loadSdk("v1-latest");

  const { spans } = await withTelemetry(async (telemetry) => {
    const { onLog, logged } = createLog();
    const served = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => "session-1" });
    const answerer = createAnswerer(sdk);
    await answerer.connect(served);
    const fetch = wire(telemetry, (request) => served.handleRequest(request));
    await converse(createAsker(sdk, { onLog }), { telemetry, logged }, new ClientV1(URL_OF_SERVER, { fetch }));
    await answerer.close();
  });

  await expect(picture(spans)).toMatchFileSnapshot("v1-latest-http.txt");
});

it("a whole conversation at 2026-07-28 over stdio, v2-latest", async () => {
  const sdk = await loadSdk("v2-latest");

  const { spans } = await withTelemetry(async (telemetry) => {
    const { onLog, logged } = createLog();
    const pipe = new StdioPipe();
    const transport = new StdioServerTransport(pipe.stdin, pipe.stdout);
    const served = serveStdio(() => createAnswerer(sdk) as McpServer, { transport });
    await converse(createAsker(sdk, { onLog, modern: true }), { telemetry, logged }, pipe, { modern: true });
    await served.close();
  });

  await expect(picture(spans)).toMatchFileSnapshot("v2-latest-stdio.txt");
});

it("a whole conversation at 2026-07-28 over HTTP, v2-latest", async () => {
  const sdk = await loadSdk("v2-latest");

  const { spans } = await withTelemetry(async (telemetry) => {
    const { onLog, logged } = createLog();
    const handler = createMcpHandler(() => createAnswerer(sdk) as McpServer);
    const fetch = wire(telemetry, (request) => handler.fetch(request));
    const transport = new ClientV2(URL_OF_SERVER, { fetch });
    await converse(createAsker(sdk, { onLog, modern: true }), { telemetry, logged }, transport, { modern: true });
    await handler.close();
  });

  await expect(picture(spans)).toMatchFileSnapshot("v2-latest-handler.txt");
});
