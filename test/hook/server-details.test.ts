import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { UriTemplate } from "@modelcontextprotocol/sdk/shared/uriTemplate.js";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { loadSdk } from "../support/sdks.ts";
import { record, type Recording } from "./fakes.ts";

beforeAll(() => loadSdk("v1-latest"));

async function serve(
  register: (server: McpServer) => void,
): Promise<{ client: Client; recording: Recording }> {
  const recording = record();
  const server = new McpServer({ name: "s", version: "1" });
  register(server);
  const [there, here] = InMemoryTransport.createLinkedPair();
  await server.connect(here);
  const client = new Client({ name: "c", version: "1" });
  await client.connect(there);
  return { client, recording };
}

const served = (recording: Recording, method: string) =>
  recording.told
    .filter(({ operation }) => operation.method === method && operation.side === "server")
    .map(({ ends }) => ends[0]);

it.each<[string, unknown]>([
  ["TypeError", new TypeError("secret")],
  ["OwnError", new (class OwnError extends Error {})("secret")],
  ["Error", Object.assign(new Error("secret"), { name: "Renamed" })],
  ["string", "secret"],
  ["undefined", undefined],
])(
  "the class of what a tool throws is seen, not its text: %s [privacy.exception-class]",
  async (thrown, error) => {
    const { client, recording } = await serve((server) =>
      server.registerTool("boom", {}, () => {
        throw error;
      }),
    );
    await client.callTool({ name: "boom" });
    expect(served(recording, "tools/call")).toMatchObject([{ errorType: "tool_error", thrown }]);
    await client.close();
  },
);

it("calls at once keep their own errors", async () => {
  const { client, recording } = await serve((server) =>
    server.registerTool("boom", { inputSchema: { as: z.string() } }, async ({ as }) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (as === "nothing") return { content: [] };
      throw as === "type" ? new TypeError() : new RangeError();
    }),
  );
  await Promise.all(
    ["type", "range", "nothing"].map((as) => client.callTool({ name: "boom", arguments: { as } })),
  );
  expect(served(recording, "tools/call").map((end) => end?.thrown)).toEqual([
    "TypeError",
    "RangeError",
    undefined,
  ]);
  await client.close();
});

it("the template that matched is seen where one did [attr.mcp.resource.template]", async () => {
  const { client, recording } = await serve((server) => {
    const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: "secret" }] });
    const readAndMatch = (uri: URL) => {
      new UriTemplate("{+anything}").match(uri.href); // the application's own business, after the SDK's
      return read(uri);
    };
    server.registerResource("fixed", "note:///fixed", {}, read);
    server.registerResource("user", new ResourceTemplate("user://{id}/card", { list: undefined }), {}, read);
    server.registerResource(
      "note",
      new ResourceTemplate("note:///{id}", { list: undefined }),
      {},
      readAndMatch,
    );
  });
  for (const uri of ["note:///1", "note:///fixed", "other:///1"])
    await client.readResource({ uri }).catch(() => undefined);
  const templates = served(recording, "resources/read").map(
    (end) => end?.attributes?.["mcp.resource.template"],
  );
  expect(templates).toEqual(["note:///{id}", undefined, undefined]);
  await client.close();
});

it("registered names are known before they are used [cardinality.known]", async () => {
  const { client, recording } = await serve((server) => {
    server.registerTool("new-way", {}, () => ({ content: [], isError: true }));
    server.tool("old-way", () => ({ content: [], isError: true }));
    server.experimental.tasks.registerToolTask(
      "as-a-task",
      {},
      {
        createTask: () => Promise.reject(new Error("no")),
        getTask: () => Promise.reject(new Error("no")),
        getTaskResult: () => Promise.reject(new Error("no")),
      },
    );
    server.registerPrompt("asked", {}, () => ({ messages: [] }));
  });
  for (const name of ["new-way", "old-way", "as-a-task", "invented"])
    await client.callTool({ name }).catch(() => undefined);
  await client.getPrompt({ name: "asked" });
  const names = recording.told
    .filter(({ operation }) => operation.side === "server")
    .map(({ operation }) => operation.name);
  expect(names.slice(2)).toEqual([
    "tools/call new-way",
    "tools/call old-way",
    "tools/call as-a-task",
    "tools/call",
    "prompts/get asked",
  ]);
  await client.close();
});

it("registering returns what it returned, and throws what it threw", async () => {
  const { client } = await serve((server) => {
    const tool = server.registerTool("add", {}, () => ({ content: [] }));
    expect(typeof tool.disable).toBe("function");
    expect(() => server.registerTool("add", {}, () => ({ content: [] }))).toThrow("already registered");
  });
  await client.close();
});
