// The facts in a real HTTP request about the message that it carries, and the path under which it is counted.
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { watchHttpRequests } from "../../src/hook/http-requests.ts";
import type { HttpExchange } from "../../src/operation/http-endpoint.ts";
import { createAnswerer, loadSdk } from "../support/sdks.ts";
import { until, withTelemetry } from "../support/with-telemetry.ts";
import { record } from "./fakes.ts";

beforeAll(() => watchHttpRequests());

async function post(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  path: string,
  body = "",
) {
  const server = createServer(handle);
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-06-18",
    traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  };
  const sent = ask({ port, path, method: "POST", headers, agent: false }).end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
}

it("the endpoint is the requested path, also where a router removes its own part", async () => {
  const exchanges: HttpExchange[] = [];
  record({ observer: { httpExchange: (exchange) => void exchanges.push(exchange) } });

  // Like Express with `app.use("/weather", router)`.
  await post((request, response) => {
    request.url = request.url?.replace("/weather", "");
    response.end();
  }, "/weather/mcp");

  await until(
    () => exchanges.length > 0,
    () => "no exchange",
  );
  expect(exchanges[0]?.endpoint).toBe("/weather/mcp");
});

it("a client that leaves before the answer is status 499, and makes no path an endpoint", async () => {
  const exchanges: HttpExchange[] = [];
  record({ observer: { httpExchange: (exchange) => void exchanges.push(exchange) } });
  const server = createServer((request) => void request.resume());
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const left = ask({
    port,
    path: "/left",
    method: "POST",
    headers: { "mcp-protocol-version": "2025-06-18" },
  }).end();
  left.on("error", () => undefined);
  await once(server, "request");

  left.destroy();

  await until(
    () => exchanges.length > 0,
    () => "no exchange",
  );
  expect(exchanges[0]).toMatchObject({ status: 499, endpoint: "_OTHER" });
});

it("a message over Streamable HTTP has its client's address and HTTP's version, and the parent that the headers name [attr.client.address, attr.network.protocol, span.parent.headers]", async () => {
  const sdk = await loadSdk("v1-latest");

  const { spans } = await withTelemetry(async () => {
    const transport = new StreamableHTTPServerTransport();
    await createAnswerer(sdk).connect(transport);
    const call = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    await post(
      (request, response) => void transport.handleRequest(request, response),
      "/mcp",
      JSON.stringify(call),
    );
    await transport.close();
  });

  const span = spans.find(({ name }) => name === "tools/list");
  expect(span).toMatchObject({
    traceId: "a".repeat(32),
    parentSpanId: "b".repeat(16),
    attributes: {
      "client.address": "127.0.0.1",
      "client.port": expect.any(Number) as number,
      "network.protocol.name": "http",
      "network.protocol.version": "1.1",
    },
  });
});
