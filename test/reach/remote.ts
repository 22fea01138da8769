import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** An MCP server over HTTP without an SDK, for the servers that only pass on what another one answers. */
export async function startRemote(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    if (request.method !== "POST") {
      response.writeHead(request.method === "DELETE" ? 200 : 405).end();
      return;
    }
    void json(request).then((message) => {
      const { id, method = "", params } = message as { id?: unknown; method?: string; params?: object };
      if (id === undefined) {
        response.writeHead(202).end();
        return;
      }
      const answer = JSON.stringify({ jsonrpc: "2.0", id, ...answerTo(method, params) });
      response.writeHead(200, { "content-type": "application/json" }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerTo(method: string, params: object = {}): object {
  if (method === "initialize") {
    const { protocolVersion } = params as { protocolVersion?: string };
    const serverInfo = { name: "remote", version: "1.0.0" };
    return { result: { protocolVersion, capabilities: { tools: {} }, serverInfo } };
  }
  if (method === "tools/list")
    return { result: { tools: [{ name: "add", inputSchema: { type: "object" } }] } };
  if (method === "ping") return { result: {} };
  return { error: { code: -32601, message: "Method not found" } };
}
