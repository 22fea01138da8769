// The official SDK on both sides, and HTTP/2 between them: its client takes any fetch, and Node's own speaks HTTP/1.1 alone.
import { once } from "node:events";
import * as http2 from "node:http2";
import { Readable } from "node:stream";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { startBetween, type Target } from "./http2-talk.ts";

const NO_BODY = [204, 205, 304];

function fetchOverHttp2(session: http2.ClientHttp2Session): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = Object.fromEntries(new Headers(init.headers));
    const { method = "GET", body, signal } = init;
    const stream = session.request(
      { ":method": method, ":path": url.pathname + url.search, ...headers },
      { endStream: typeof body !== "string" },
    );
    signal?.addEventListener("abort", () => stream.close(http2.constants.NGHTTP2_CANCEL));
    if (typeof body === "string") stream.end(body);
    const [head] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    const given = Object.entries(head).filter(([name]) => !name.startsWith(":"));
    const status = Number(head[":status"]);
    return new Response(NO_BODY.includes(status) ? null : (Readable.toWeb(stream) as ReadableStream), {
      status,
      headers: given as [string, string][],
    });
  };
}

it.each<Target>(["http 1.1", "https 2"])("a conversation over HTTP/2 with a server of %s", async (target) => {
  const server = new McpServer({ name: "s", version: "1" }, { capabilities: { logging: {} } });
  server.registerTool("add", { inputSchema: { a: z.number() } }, async ({ a }, { sendNotification }) => {
    await sendNotification({ method: "notifications/message", params: { level: "info", data: a } });
    return { content: [{ type: "text", text: String(a + 1) }] };
  });
  const serving = new StreamableHTTPServerTransport({ sessionIdGenerator: () => "known" });
  await server.connect(serving);
  const talk = await startBetween(
    target,
    (request, response) => void serving.handleRequest(request, response),
  );
  const session = http2.connect(talk.url);
  onTestFinished(() => session.destroy());
  const client = new Client({ name: "c", version: "1" });
  const transport = new StreamableHTTPClientTransport(new URL(talk.url), { fetch: fetchOverHttp2(session) });

  await client.connect(transport);
  const results = await Promise.all([1, 2, 3].map((a) => client.callTool({ name: "add", arguments: { a } })));
  await transport.terminateSession();
  await client.close();

  expect(results.map(({ content }) => content)).toEqual(
    ["2", "3", "4"].map((text) => [{ type: "text", text }]),
  );
  expect(talk.lines().filter((line) => line.startsWith("SERVER tools/call"))).toHaveLength(3);
  expect(talk.lines().join()).not.toContain("error.type");
  // What a server says on its own belongs to no request, and has no version.
  const told = talk.told.map(({ operation }) => operation.attributes["network.protocol.version"]);
  expect(new Set(told)).toEqual(new Set(["2", undefined]));
  expect(talk.faults).toEqual([]);
});
