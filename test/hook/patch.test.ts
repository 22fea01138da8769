import * as clientV2 from "@modelcontextprotocol/client";
import * as serverV2 from "@modelcontextprotocol/server";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { expect, it } from "vitest";
import { exportsOf, patchExports } from "../../src/hook/loader/patch.ts";
import { disguise } from "../../src/output/disguise.ts";
import { replaceMethod } from "../../src/hook/replace.ts";
import { patchByHand } from "../../src/hook/loader/patch-sdk.ts";

const identity = { name: "x", version: "1" };
class MyClient extends Client {}

it.each<[string, unknown, string[]]>([
  ["a module of the second line", serverV2, ["Protocol", "McpServer", "UriTemplate"]],
  ["the other one", clientV2, ["Protocol", "Client", "UriTemplate"]],
  ["a class", Client, ["Protocol", "Client"]],
  ["a class of the user's", MyClient, ["Protocol", "Client"]],
  ["an instance", new Client(identity), ["Protocol", "Client"]],
  ["an instance of the user's class", new MyClient(identity), ["Protocol", "Client"]],
  ["a McpServer, which holds its Server", new McpServer(identity), ["McpServer", "Protocol"]],
  ["one of the second line", new ServerV2(identity), ["McpServer", "Protocol"]],
  ["a client of the second line", new ClientV2(identity), ["Protocol", "Client"]],
  ["a bag of several", { a: Client, b: McpServer, c: 7 }, ["Protocol", "Client", "McpServer"]],
])("what is to be patched is found in %s", (_what, given, names) => {
  const found = new Set(exportsOf(given).flatMap((exports) => Object.keys(exports)));
  expect([...found].toSorted()).toEqual(names.toSorted());
});

it.each([
  [undefined],
  [null],
  [7],
  ["text"],
  [[]],
  [{}],
  [() => undefined],
  [
    class Empty {
      x = 1;
    },
  ],
  [Object.create(null)],
  [{ server: {} }],
])("nothing is found in %j", (garbage) => {
  expect(exportsOf(garbage).flatMap((exports) => Object.keys(exports))).toEqual([]);
});

it("each class is patched once, however many hand it over", () => {
  expect(patchByHand(Client, "1").patched).toEqual(["Protocol", "Client"]);
  const { connect } = Client.prototype;
  expect(patchByHand(new Client(identity), "2")).toEqual({
    patched: [],
    already: ["Protocol", "Client"],
    refused: [],
  });
  expect(patchByHand(new McpServer(identity), "2")).toEqual({
    patched: ["McpServer"],
    already: ["Protocol"],
    refused: [],
  });
  expect(Client.prototype.connect).toBe(connect);
});

it("a class that does not look as it should is refused and left alone", () => {
  class Protocol {
    request = () => undefined;
  }
  expect(patchExports({ Protocol }, "1")).toEqual({ patched: [], already: [], refused: ["Protocol"] });
  expect(Object.getOwnPropertyNames(Protocol.prototype)).toEqual(["constructor"]);
});

it("a replaced method looks as it did", () => {
  const holder = Object.defineProperty({}, "say", {
    value: function say(_a: unknown, _b: unknown) {},
    writable: true,
    configurable: true,
    enumerable: false,
  });
  const before = Object.getOwnPropertyDescriptor(holder, "say");

  expect(replaceMethod(holder, "say", () => () => undefined)).toBe(true);

  const after = Object.getOwnPropertyDescriptor(holder, "say");
  expect({ ...after, value: 0 }).toEqual({ ...before, value: 0 });
  const { value } = after as { value: { name: string; length: number } };
  expect([value.name, value.length]).toEqual(["say", 2]);
});

it.each([
  ["is missing", {}],
  ["is no function", { say: 7 }],
  ["is an accessor", Object.defineProperty({}, "say", { get: () => () => 1, configurable: true })],
  ["is inherited", Object.create({ say() {} })],
  ["is frozen", Object.freeze({ say() {} })],
])("a method that %s is not replaced", (_what, holder: object) => {
  expect(replaceMethod(holder, "say", (original) => original)).toBe(false);
});

it("a disguise takes name and length", () => {
  const disguised = disguise(() => undefined, { name: "send", length: 3 });
  expect([disguised.name, disguised.length]).toEqual(["send", 3]);
});
